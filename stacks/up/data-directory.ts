import { chownSync, statSync } from "node:fs";
import type { MlflowDeployment, Problems } from "../../constructs/mlflow/index.js";
import { whyUnwritable } from "../tools/disk.js";
import { makeFolder } from "../tools/files.js";

/**
 * Makes the user's data folder, because the engine would make it for root, and says so when the
 * container could not write into it.
 *
 * @param sameUsers - whether the engine's user numbers are this machine's; Docker Desktop translates
 */
export function prepareDataDirectory(
  { trackingServer }: MlflowDeployment,
  sameUsers: boolean,
  problems: Problems,
): void {
  const { dataDirectory, user } = trackingServer;
  if (!dataDirectory) return;
  const { path } = dataDirectory;
  const [uid, gid] = user.split(":").map(Number) as [number, number];
  try {
    const made = makeFolder(path);
    if (!sameUsers) {
      const reason = whyUnwritable(path);
      if (reason !== undefined) throw new Error(reason);
      return;
    }
    if (made && process.getuid?.() === 0) chownSync(path, uid, gid);
    const { uid: owner } = statSync(path);
    problems.require(
      owner === uid,
      "MLSTACK_DATA_DIRECTORY",
      `"${path}" must belong to user ${uid}, as whom the server runs; it belongs to ${owner}; run "sudo chown -R ${user} ${path}", or name another folder`,
    );
  } catch (error) {
    problems.add(
      "MLSTACK_DATA_DIRECTORY",
      `must be a folder that can be made and written; "${path}": ${(error as Error).message}`,
    );
  }
}
