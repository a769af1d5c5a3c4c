import { TerraformLocal, TerraformVariable } from "cdktf";
import { Construct } from "constructs";
import {
  secretSpecs,
  type ContainerRole,
  type DeploymentSecret,
  type SecretName,
} from "../mlflow/index.js";

/** Name of the variable that says of each secret when it has changed. */
export const revisionVariable = "secrets_revision";

/**
 * A variable for each secret, by its own name: `TF_VAR_POSTGRES_PASSWORD`. All are ephemeral, which
 * Terraform writes neither to state nor to a plan, and lets nobody but a provisioner use.
 *
 * @see https://developer.hashicorp.com/terraform/language/values/variables#exclude-values-from-state
 */
export class Secrets extends Construct {
  constructor(scope: Construct, id: string, secrets: readonly DeploymentSecret[]) {
    super(scope, id);
    for (const { name } of secrets) this.addVariable(name);
    const revision = new TerraformVariable(this, revisionVariable, {
      type: "map(string)",
      default: {},
      description: "by name of a secret; another value hands it on to the containers that read it",
    });
    revision.overrideLogicalId(revisionVariable);
  }

  /** Text that changes with the secrets that a role reads; part of what its container is made of. */
  readonly revisionOf = (role: ContainerRole, names: readonly SecretName[]): string => {
    const id = `${role}-revision`;
    const known = this.node.tryFindChild(id) as TerraformLocal | undefined;
    const list = names.map((name) => `lookup(var.${revisionVariable}, "${name}", "1")`);
    const local = known ?? new TerraformLocal(this, id, `\${join("-", [${list.join(", ")}])}`);
    if (!known) local.overrideLogicalId(`${role}-secrets`);
    // A name without quotes, because it also stands in JSON that stands in a string.
    return `\${local.${role}-secrets}`;
  };

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
