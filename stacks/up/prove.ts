import type { SecretValues } from "../../compose-templates/index.js";
import type { Generated } from "../generate/folder.js";
import type { Settings } from "../settings.js";
import { MlflowClient, MlflowError } from "../tools/mlflow-client.js";
import type { RuntimeName } from "../tools/runtime-record.js";
import type { ChosenRuntime } from "./choose-runtime.js";
import { proveFromClient } from "./proof.js";
import { lastServerErrors } from "./server-errors.js";
import { withServerUrl } from "./server-url.js";

/**
 * Proves the deployment from its client's seat.
 *
 * @throws {Error} with what to do, when the server runs but does not do its work
 */
export async function prove(
  { deployment, out }: Settings,
  { secrets }: Generated,
  runtime: ChosenRuntime,
): Promise<void> {
  const { bindAddress: host, port, publicUrls, login } = deployment.trackingServer;
  try {
    await withServerUrl({ host, port }, runtime, (address) =>
      proveFromClient(
        new MlflowClient({
          address,
          publicUrl: publicUrls[0] ?? "",
          username: login?.adminUsername,
          password: secrets.MLFLOW_AUTH_ADMIN_PASSWORD,
        }),
      ),
    );
  } catch (error) {
    if (!(error instanceof MlflowError) || error.status !== 401) {
      throw await withServerErrors(error as Error, out, runtime.name, secrets);
    }
    throw new Error(
      `the server runs, but refuses MLFLOW_AUTH_ADMIN_PASSWORD of ${out}/.env. MLflow takes it at the first start only. ` +
        "If the admin's password was changed in MLflow since, write the new one into that line.",
      { cause: error },
    );
  }
}

/** A connection that broke says nothing; the server's log says why. */
async function withServerErrors(
  error: Error,
  out: string,
  runtime: RuntimeName,
  secrets: SecretValues,
): Promise<Error> {
  const said = await lastServerErrors(out, runtime, secrets);
  const why = said === "" ? "" : `. The tracking server's log says:\n${said}`;
  return new Error(`the server runs, but: ${error.message}${why}`, { cause: error });
}
