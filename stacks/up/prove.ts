import type { Generated } from "../generate/folder.js";
import type { Settings } from "../settings.js";
import { localUrl } from "../tools/listener.js";
import { MlflowClient, MlflowError } from "../tools/mlflow-client.js";
import { proveFromClient } from "./proof.js";

/**
 * Proves the deployment from its client's seat.
 *
 * @throws {Error} with what to do, when the server runs but does not do its work
 */
export async function prove({ deployment, out }: Settings, { secrets }: Generated): Promise<void> {
  const { bindAddress, port, publicUrls, login } = deployment.trackingServer;
  const client = new MlflowClient({
    address: localUrl({ host: bindAddress, port }),
    publicUrl: publicUrls[0] ?? "",
    username: login?.adminUsername,
    password: secrets.MLFLOW_AUTH_ADMIN_PASSWORD,
  });
  try {
    await proveFromClient(client);
  } catch (error) {
    if (!(error instanceof MlflowError) || error.status !== 401) throw error;
    throw new Error(
      `the server runs, but refuses MLFLOW_AUTH_ADMIN_PASSWORD of ${out}/.env. MLflow takes it at the first start only. ` +
        "If the admin's password was changed in MLflow since, write the new one into that line.",
      { cause: error },
    );
  }
}
