import type { SecretValues } from "../../compose-templates/index.js";
import type { MlflowDeployment } from "../../constructs/mlflow/index.js";
import { MlflowClient, MlflowError } from "../tools/mlflow-client.js";
import { proveFromClient } from "./proof.js";

/** Proves a server as its admin. @param address - that leads to it from here */
export function proveAt(
  { trackingServer: { publicUrls, login } }: MlflowDeployment,
  secrets: SecretValues,
  address: string,
): Promise<void> {
  return proveFromClient(
    new MlflowClient({
      address,
      publicUrl: publicUrls[0] ?? "",
      username: login?.adminUsername,
      password: secrets.MLFLOW_AUTH_ADMIN_PASSWORD,
    }),
  );
}

/**
 * A failed proof with what to do. A connection that broke says nothing; the server's log says why.
 *
 * @param readErrors - what the log says went wrong last, or nothing
 */
export async function explainFailure(
  error: Error,
  out: string,
  readErrors: () => Promise<string>,
): Promise<Error> {
  if (error instanceof MlflowError && error.status === 401) {
    return new Error(
      `the server runs, but refuses MLFLOW_AUTH_ADMIN_PASSWORD of ${out}/.env. MLflow takes it at the first start only. ` +
        "If the admin's password was changed in MLflow since, write the new one into that line.",
      { cause: error },
    );
  }
  const said = await readErrors();
  const why = said === "" ? "" : `. The tracking server's log says:\n${said}`;
  return new Error(`the server runs, but: ${error.message}${why}`, { cause: error });
}
