import type { ProcessContext } from "./context.js";
import { startAs, type StartResult } from "./start.js";
import { systemctl } from "./systemctl.js";
import { unitName } from "./systemd.js";

/**
 * Hands the server over to the user's systemd: it starts at boot (after
 * `loginctl enable-linger`, else at login) and whenever it ends.
 *
 * @throws {ConfigError} where systemd can't be reached
 */
export async function installSystemdUnit(context: ProcessContext): Promise<StartResult> {
  // Asked first, so that a server that runs by itself is not stopped in vain.
  await systemctl("daemon-reload");
  return startAs(context, unitName(context));
}
