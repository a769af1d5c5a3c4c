import { Problems } from "../../constructs/mlflow/index.js";
import type { ProcessContext } from "../process/index.js";
import { whyUnwritable } from "../tools/disk.js";
import { portProblem } from "../tools/port.js";
import { availableMemoryMiB, requireDisk, requireMemory } from "./resources.js";

/** GiB that the Python environment takes while it is made, and that experiments begin with. */
const least = { environment: 2, data: 1 } as const;

/**
 * Looks before anything is written whether a process could run here.
 *
 * @throws {ConfigError} with everything that would fail later, each with the setting to change
 */
export async function checkProcessHost(context: ProcessContext): Promise<void> {
  const { cacheDirectory, dataFolder, missingPython, runningListener } =
    await import("../process/index.js");
  const { deployment, out } = context;
  const problems = new Problems();
  const { bindAddress: host, port } = deployment.trackingServer;
  const listener = runningListener(out);
  const serves = listener?.host === host && listener.port === port;
  const taken = serves ? undefined : await portProblem({ host, port });
  if (taken) problems.add(taken.path, taken.problem);
  if (!listener) requireMemory(deployment, availableMemoryMiB(), "this machine", problems);
  const python = await missingPython(context);
  if (python !== "complete") {
    for (const { path, problem } of python) problems.add(path, problem);
    const setting = process.platform === "linux" ? "XDG_CACHE_HOME" : "cache folder";
    const need = { path: cacheDirectory(), setting, hint: "remove something" };
    await requireDisk(deployment, { ...need, least: least.environment }, problems);
  }
  const { path } = dataFolder(context);
  const own = deployment.trackingServer.dataDirectory === undefined;
  const setting = own ? "--out" : "MLSTACK_DATA_DIRECTORY";
  await requireDisk(
    deployment,
    { path, setting, least: least.data, hint: "remove something" },
    problems,
  );
  const reason = whyUnwritable(path);
  if (reason !== undefined) {
    problems.add(
      setting,
      `must be a folder you can write to; "${path}" (${reason}); change its owner, or name another folder`,
    );
  }
  problems.throwIfAny();
}
