import { TerraformVariable } from "cdktf";
import { Construct } from "constructs";
import { secretSpecs, type DeploymentSecret, type SecretName } from "../mlflow/index.js";

/** Name of the variable that changes with any secret. */
export const revisionVariable = "secrets_revision";

/**
 * A variable for each secret, by its own name: `TF_VAR_POSTGRES_PASSWORD`. All are ephemeral, which
 * Terraform writes neither to state nor to a plan, and lets nobody but a provisioner use.
 *
 * @see https://developer.hashicorp.com/terraform/language/values/variables#exclude-values-from-state
 */
export class Secrets extends Construct {
  /** Changes with any secret; part of what containers are made of. */
  readonly revision: string;
  private readonly names: readonly SecretName[];

  constructor(scope: Construct, id: string, secrets: readonly DeploymentSecret[]) {
    super(scope, id);
    this.names = secrets.map(({ name }) => name);
    for (const name of this.names) this.addVariable(name);
    const revision = new TerraformVariable(this, revisionVariable, {
      type: "string",
      default: "1",
      description: "another value hands changed secrets on to the containers that read them",
    });
    revision.overrideLogicalId(revisionVariable);
    this.revision = revision.stringValue;
  }

  /** A JSON object of these secrets, as Terraform puts it together when it runs. */
  asJson(names: readonly SecretName[]): string {
    return `\${jsonencode({${names.map((name) => `${name} = var.${name}`).join(", ")}})}`;
  }

  private addVariable(name: SecretName): void {
    const variable = new TerraformVariable(this, name, {
      type: "string",
      sensitive: true,
      nullable: false,
      description: secretSpecs[name].purpose,
    });
    variable.overrideLogicalId(name);
    variable.addOverride("ephemeral", true);
  }
}
