import { isDeepStrictEqual } from "node:util";
import { whatToTry } from "./advice.js";
import { readConfiguration } from "./configuration.js";
import { backendInUse, isInitialized, readRecord, recordOf, writeRecord } from "./init-record.js";
import { moveState, type MovedState } from "./move-state.js";
import { pluginCache } from "./plugin-cache.js";
import { protect } from "./private-files.js";
import type { Runner } from "./runner.js";

/** What `init` did. */
export interface InitResult {
  /** Whether anything had to be done. */
  readonly ran: boolean;
  /** Only where the backend is another than at the last run. */
  readonly moved?: MovedState;
}

/**
 * Installs providers and opens the state, when anything of that has changed since the last time.
 * A backend that changed takes the state with it.
 *
 * @throws {TerraformError} with Terraform's own words and what to try
 */
export async function initialize(runner: Runner): Promise<InitResult> {
  const { binary, directory, report, signal } = runner.options;
  const configuration = readConfiguration(directory);
  protect(directory, configuration.backend);
  const recorded = readRecord(directory);
  const wanted = recordOf(binary, configuration, recorded?.left ?? {});
  if (isInitialized(directory, recorded, wanted)) return { ran: false };
  const work = async (environment: Readonly<Record<string, string>>): Promise<InitResult> => {
    const { backend, providers } = configuration;
    const earlier = backendInUse(directory, recorded);
    const hasMoved = earlier !== undefined && !isDeepStrictEqual(earlier, backend);
    const { left } = wanted;
    const moved = hasMoved
      ? await moveState(runner, { from: earlier, to: backend, providers, environment, left })
      : undefined;
    const hasOtherProviders =
      recorded !== undefined && !isDeepStrictEqual(recorded.providers, providers);
    const words = [
      // The state is where it belongs by now; asked otherwise, Terraform would move it once more.
      ...(hasMoved ? ["-reconfigure"] : []),
      // Or the versions of the lock file, which may not fit the new ones, win.
      ...(hasOtherProviders ? ["-upgrade"] : []),
    ];
    report?.("getting the providers");
    const all = ["init", "-json", "-input=false", ...runner.lockWords, ...words];
    await runner.change(all, { environment, advice: whatToTry });
    writeRecord(directory, { ...wanted, left: { ...left, ...moved?.left } });
    protect(directory, backend);
    return { ran: true, ...(moved && { moved: moved.state }) };
  };
  const cache = pluginCache();
  if (cache === undefined) return work({});
  const { withLock } = await import("../process/lock.js");
  return withLock(cache.folder, { report, signal }, () => work(cache.environment));
}
