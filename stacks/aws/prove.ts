import { clientConfig } from "../tools/aws-client.js";
import { MlflowError } from "../tools/mlflow-client.js";
import { proveAt } from "../up/prove-at.js";
import { asDeployed } from "./client-files.js";
import type { AwsOutputValues } from "./outputs.js";
import type { AwsSettings } from "./settings.js";

/** How far the proof went. */
export type AwsProof =
  | { readonly kind: "proven" }
  /** It is reached from the VPC alone, or through SSM. */
  | { readonly kind: "inside" }
  /** It could not be proven from here. */
  | { readonly kind: "not-proven"; readonly problem: string };

/** Proves the deployment from its client's seat, where the internet reaches it. */
export async function proveAws(
  { target, deployment }: Pick<AwsSettings, "target" | "deployment">,
  values: AwsOutputValues,
): Promise<AwsProof> {
  if (!target.public) return { kind: "inside" };
  try {
    const password = await adminPassword(values);
    const secrets = { ...(password !== undefined && { MLFLOW_AUTH_ADMIN_PASSWORD: password }) };
    await proveAt(asDeployed(deployment, values), secrets, values.tracking_uri);
    return { kind: "proven" };
  } catch (error) {
    return { kind: "not-proven", problem: explain(error as Error) };
  }
}

function explain(error: Error): string {
  if (error instanceof MlflowError && error.status === 401) {
    return "it answers, and refuses the admin's first password, which was changed in MLflow since";
  }
  return `${error.message}; a new name in DNS may take some minutes`;
}

/** The admin's first password, as AWS keeps it. */
async function adminPassword({
  admin_password_secret: id,
  region,
}: AwsOutputValues): Promise<string | undefined> {
  if (id === undefined) return undefined;
  const { GetSecretValueCommand, SecretsManagerClient } =
    await import("@aws-sdk/client-secrets-manager");
  const client = new SecretsManagerClient(clientConfig(region));
  return (await client.send(new GetSecretValueCommand({ SecretId: id }))).SecretString;
}
