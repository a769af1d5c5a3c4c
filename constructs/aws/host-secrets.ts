import { SecretsmanagerSecret } from "@cdktf/provider-aws/lib/secretsmanager-secret/index.js";
import { Construct } from "constructs";
import { secretSpecs, type DeploymentSecret, type SecretName } from "../mlflow/index.js";
import type { AwsContext } from "./context.js";

/** Where an instance has the value of a secret from. */
export type HostSecret =
  /** It makes that many characters of `A-Z a-z 0-9` up, once, and keeps them on its data volume. */
  | { readonly name: SecretName; readonly characters: number }
  /** It reads them from Secrets Manager whenever it starts. */
  | { readonly name: SecretName; readonly arn: string };

const adminPassword: SecretName = "MLFLOW_AUTH_ADMIN_PASSWORD";

/**
 * Secrets of the instance. Those that open its data are made where the data is, and stay with it.
 * The admin's password is the one that people need: the instance hands it to Secrets Manager.
 */
export class HostSecrets extends Construct {
  readonly secrets: readonly HostSecret[];
  /** ARN of the secret with the admin's password; undefined: there is no login. */
  readonly adminPassword: string | undefined;
  /** The same, when it is the instance that writes it. */
  readonly written: string | undefined;

  /** @param uriSecret - ARN of the secret with RDS's URI; undefined: there is no RDS */
  constructor(
    scope: Construct,
    id: string,
    private readonly context: AwsContext,
    needed: readonly DeploymentSecret[],
    uriSecret: string | undefined,
  ) {
    super(scope, id);
    const { secretArns } = context.target;
    const known: Readonly<Partial<Record<SecretName, string>>> = {
      ...(uriSecret !== undefined && { MLFLOW_BACKEND_STORE_URI: uriSecret }),
      ...secretArns,
    };
    this.secrets = needed.map(({ name, generate }): HostSecret => {
      const arn = known[name];
      if (arn !== undefined) return { name, arn };
      if (generate === 0) throw new Error(`bug: nobody can make ${name} up`);
      return { name, characters: generate };
    });
    const made = this.secrets.some((secret) => secret.name === adminPassword && !("arn" in secret));
    this.written = made ? this.addAdminPassword() : undefined;
    this.adminPassword = this.written ?? secretArns[adminPassword];
  }

  /** ARNs of those that the instance reads. */
  get read(): readonly string[] {
    return this.secrets.flatMap((secret) => ("arn" in secret ? [secret.arn] : []));
  }

  private addAdminPassword(): string {
    const { name, key, target } = this.context;
    return new SecretsmanagerSecret(this, adminPassword, {
      namePrefix: `mlflow-stacks/${name}/${adminPassword}-`,
      description: secretSpecs[adminPassword].purpose,
      kmsKeyId: key.arn,
      recoveryWindowInDays: 30,
      lifecycle: { preventDestroy: target.protect },
    }).arn;
  }
}
