import { SecretsmanagerSecret } from "@cdktf/provider-aws/lib/secretsmanager-secret/index.js";
import { SecretsmanagerSecretVersion } from "@cdktf/provider-aws/lib/secretsmanager-secret-version/index.js";
import type { ITerraformDependable } from "cdktf";
import { Construct } from "constructs";
import { secretSpecs, type DeploymentSecret, type SecretName } from "../mlflow/index.js";
import type { AwsContext } from "./context.js";
import { randomPassword } from "./ephemeral.js";

/** Where a container finds a secret: an ARN, with the key of a JSON object behind it if it is one. */
export type SecretReference = string;

/**
 * The deployment's secrets in Secrets Manager. AWS makes each value up, once, and Terraform hands it
 * over in an argument that it can only write: it is in no state and no plan.
 *
 * @see https://developer.hashicorp.com/terraform/language/manage-sensitive-data/write-only
 */
export class Secrets extends Construct {
  private readonly references = new Map<SecretName, SecretReference>();
  private readonly arns = new Map<SecretName, string>();
  /** Values that are there before something reads them. */
  readonly ready: ITerraformDependable[] = [];

  constructor(
    scope: Construct,
    id: string,
    private readonly context: AwsContext,
    names: readonly DeploymentSecret[],
  ) {
    super(scope, id);
    for (const { name, generate } of names) {
      const given = context.target.secretArns[name];
      if (given === undefined) this.make(name, generate);
      else this.add(name, given, given);
    }
  }

  /** A secret that something else has made. @param arn - of the secret as a whole */
  add(name: SecretName, reference: SecretReference, arn: string): void {
    this.references.set(name, reference);
    this.arns.set(name, arn);
  }

  referenceOf(name: SecretName): SecretReference {
    const found = this.references.get(name);
    if (found === undefined) throw new Error(`bug: ${name} is nowhere`);
    return found;
  }

  /** ARN of a secret; undefined: this deployment has none of that name. */
  arnOf(name: SecretName): string | undefined {
    return this.arns.get(name);
  }

  /** ARNs of all of them. */
  get all(): readonly string[] {
    return [...new Set(this.arns.values())];
  }

  private make(name: SecretName, characters: number): void {
    if (characters === 0) throw new Error(`bug: nobody can make ${name} up`);
    const { key, target } = this.context;
    const secret = new SecretsmanagerSecret(this, name, {
      // With an ending of AWS's own: for 30 days nothing else may take the name of one that went.
      namePrefix: `mlflow-stacks/${this.context.name}/${name}-`,
      description: secretSpecs[name].purpose,
      kmsKeyId: key.arn,
      recoveryWindowInDays: 30,
      lifecycle: { preventDestroy: target.protect },
    });
    const version = new SecretsmanagerSecretVersion(this, `${name}-value`, {
      secretId: secret.id,
      secretStringWo: `\${${randomPassword(this, name, characters)}}`,
      // Another number would write another value over it.
      secretStringWoVersion: 1,
    });
    this.add(name, secret.arn, secret.arn);
    this.ready.push(version);
  }
}
