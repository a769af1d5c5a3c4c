/** Everything the deployment knows about a secret. Its value is nowhere in the model. */
export interface SecretSpec {
  /** What it opens, in one line; written above it in `.env`. */
  readonly purpose: string;
  /** Characters of `A-Z a-z 0-9` to generate; `user`: only the user can supply it. */
  readonly source: { readonly generate: number } | "user";
  /** Fewest characters that the program behind it accepts. @default 1 */
  readonly minimumLength?: number;
  /** Why the program behind it takes ASCII only. @default - any character */
  readonly asciiBecause?: string;
}

/**
 * Every secret by the name it has in `.env`. MLflow's and AWS's own names where they have one.
 *
 * @see https://mlflow.org/docs/latest/self-hosting/security/basic-http-auth/ for the 12 characters
 */
export const secretSpecs = {
  MLFLOW_BACKEND_STORE_URI: {
    purpose: "URI of your own database, with its password",
    source: "user",
  },
  POSTGRES_PASSWORD: {
    purpose: "PostgreSQL superuser; only the db-upgrade job uses it",
    source: { generate: 32 },
  },
  MLFLOW_DB_PASSWORD: {
    purpose: "PostgreSQL role of the tracking server; owns its database and nothing else",
    source: { generate: 32 },
  },
  RUSTFS_ACCESS_KEY: {
    purpose: "RustFS root key; only the bucket-init job uses it",
    source: { generate: 20 },
    minimumLength: 3,
  },
  RUSTFS_SECRET_KEY: {
    purpose: "RustFS root key's secret",
    source: { generate: 32 },
    minimumLength: 8,
  },
  // Not AWS_ACCESS_KEY_ID: Compose prefers the shell's value to the one in .env, and many shells
  // have somebody's Amazon key under that name.
  MLFLOW_RUSTFS_ACCESS_KEY: {
    purpose: "key of the tracking server on RustFS; opens its bucket and nothing else",
    source: { generate: 20 },
    minimumLength: 3,
  },
  MLFLOW_RUSTFS_SECRET_KEY: {
    purpose: "that key's secret",
    source: { generate: 32 },
    minimumLength: 8,
  },
  AWS_ACCESS_KEY_ID: {
    purpose: "key of the tracking server on your S3 store",
    source: "user",
    minimumLength: 3,
  },
  AWS_SECRET_ACCESS_KEY: {
    purpose: "that key's secret",
    source: "user",
    minimumLength: 8,
  },
  MLFLOW_AUTH_ADMIN_PASSWORD: {
    purpose: "MLflow's admin, at the first start only; afterwards change it in MLflow",
    source: { generate: 32 },
    minimumLength: 12,
    asciiBecause: "MLflow reads the login of an upload or download as ASCII",
  },
  MLFLOW_FLASK_SERVER_SECRET_KEY: {
    purpose: "signs the login forms",
    source: { generate: 32 },
  },
  MLFLOW_CRYPTO_KEK_PASSPHRASE: {
    purpose:
      "encrypts the API keys kept by MLflow's AI Gateway; lost or changed, they cannot be read again",
    source: { generate: 32 },
    minimumLength: 32,
  },
} as const satisfies Record<string, SecretSpec>;

export type SecretName = keyof typeof secretSpecs;

/** Secret names in the order they are written to `.env`. */
export const secretNames = Object.keys(secretSpecs) as readonly SecretName[];

/** A secret as one deployment uses it. */
export interface DeploymentSecret {
  readonly name: SecretName;
  /** Characters to generate when the user gives none; 0: the user must supply it. */
  readonly generate: number;
}

/** A secret as a deployment uses it. */
export function deploymentSecret(name: SecretName): DeploymentSecret {
  const { source } = secretSpecs[name];
  return { name, generate: source === "user" ? 0 : source.generate };
}
