import { SecretsmanagerSecretVersion } from "@cdktf/provider-aws/lib/secretsmanager-secret-version/index.js";
import { SecretsmanagerSecret } from "@cdktf/provider-aws/lib/secretsmanager-secret/index.js";
import type { ITerraformDependable } from "cdktf";
import { Construct } from "constructs";
import { databaseName } from "../mlflow/index.js";
import { BackendStore, masterUser } from "./backend-store.js";
import type { AwsContext } from "./context.js";
import { addEphemeral, randomPassword } from "./ephemeral.js";
import { certificateBundle } from "./image-context.js";
import type { Network } from "./network.js";

/**
 * RDS for an instance. Its password is made once by AWS and kept in Secrets Manager, from where both
 * RDS and the URI get it: a change of its own every seven days would need the server started again.
 */
export class HostDatabase extends Construct {
  readonly backendStore: BackendStore;
  /** ARN of the secret with the URI, password included. */
  readonly uriSecret: string;
  readonly ready: readonly ITerraformDependable[];

  constructor(
    scope: Construct,
    id: string,
    private readonly context: AwsContext,
    network: Network,
  ) {
    super(scope, id);
    const password = this.addPassword();
    this.backendStore = new BackendStore(this, "backend-store", {
      context,
      network,
      database: databaseName,
      password: { passwordWo: `\${${password}}`, passwordWoVersion: 1 },
    });
    const { address } = this.backendStore.resource;
    const tls = `sslmode=verify-full&sslrootcert=${certificateBundle}`;
    const secret = this.addSecret("uri", "URI of the database of MLflow, with its password");
    const value = this.addValue(
      "uri",
      secret,
      `postgresql+psycopg2://${masterUser}:\${${password}}@${address}:5432/${databaseName}?${tls}`,
    );
    this.uriSecret = secret.arn;
    this.ready = [value, ...this.backendStore.group.rules];
  }

  /** @returns the address of the password as it was kept, which is the same in every run */
  private addPassword(): string {
    const secret = this.addSecret("password", "PostgreSQL superuser of RDS");
    const made = randomPassword(this, "POSTGRES_PASSWORD", 32);
    const kept = this.addValue("password", secret, `\${${made}}`);
    const type = "aws_secretsmanager_secret_version";
    // The version's own: it is not known before there is one, and nothing is read until then.
    const secret_id = kept.arn;
    return `${addEphemeral(this, type, "POSTGRES_PASSWORD", { secret_id })}.secret_string`;
  }

  private addSecret(kind: string, description: string): SecretsmanagerSecret {
    const { name, key, target } = this.context;
    return new SecretsmanagerSecret(this, kind, {
      namePrefix: `mlflow-stacks/${name}/database-${kind}-`,
      description,
      kmsKeyId: key.arn,
      recoveryWindowInDays: 30,
      lifecycle: { preventDestroy: target.protect },
    });
  }

  private addValue(kind: string, secret: SecretsmanagerSecret, secretStringWo: string) {
    return new SecretsmanagerSecretVersion(this, `${kind}-value`, {
      secretId: secret.id,
      secretStringWo,
      secretStringWoVersion: 1,
    });
  }
}
