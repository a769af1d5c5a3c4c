import { GetSecretValueCommand, SecretsManagerClient } from "@aws-sdk/client-secrets-manager";
import { clientConfig } from "../tools/aws-client.js";

/** A secret as AWS keeps it. */
export async function readSecret(id: string, region: string): Promise<string | undefined> {
  const client = new SecretsManagerClient(clientConfig(region));
  return (await client.send(new GetSecretValueCommand({ SecretId: id }))).SecretString;
}
