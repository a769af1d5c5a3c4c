import type { Generated } from "../generate/folder.js";
import type { Settings } from "../settings.js";
import type { ChosenRuntime } from "./choose-runtime.js";
import { explainFailure, proveAt } from "./prove-at.js";
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
  const { bindAddress: host, port } = deployment.trackingServer;
  try {
    await withServerUrl({ host, port }, runtime, (url) => proveAt(deployment, secrets, url));
  } catch (error) {
    throw await explainFailure(error as Error, out, () =>
      lastServerErrors(out, runtime.name, secrets),
    );
  }
}
