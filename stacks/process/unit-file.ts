import { rmSync } from "node:fs";
import { homedir } from "node:os";
import { join } from "node:path";
import { ConfigError } from "../../constructs/mlflow/index.js";
import { readIfExists, writeFileAtomically } from "../tools/files.js";
import { processFolders } from "./context.js";
import { writeState, type ProcessState } from "./state.js";
import { systemctl } from "./systemctl.js";

/** Where the user's own units are. */
function unitPath(unit: string): string {
  const { XDG_CONFIG_HOME } = process.env;
  const base = XDG_CONFIG_HOME?.startsWith("/") ? XDG_CONFIG_HOME : join(homedir(), ".config");
  return join(base, "systemd", "user", unit);
}

/**
 * Writes the unit and makes systemd read it.
 *
 * @throws {ConfigError} when the name belongs to another folder's server
 */
export async function installUnit(out: string, unit: string, text: string): Promise<void> {
  const path = unitPath(unit);
  const present = readIfExists(path);
  if (present !== undefined && !present.includes(unitOwner(out))) {
    throw new ConfigError([
      {
        path: "MLSTACK_NAME",
        problem: `must be a name that no other unit has; "${path}" is not this folder's; set another name, or remove that unit`,
      },
    ]);
  }
  // Asked before anything is written: without a user session the unit would stay unread.
  await systemctl("daemon-reload");
  if (present === text) return;
  writeFileAtomically(path, text, 0o644);
  await systemctl("daemon-reload");
}

/** A line of the unit by which a folder knows its own. */
export const unitOwner = (out: string): string =>
  `# Made by mlflow-stacks for ${processFolders(out).root.path}\n`;

/** Stops the unit, now and after the next boot, and forgets it. */
export async function removeUnit(out: string, state: ProcessState): Promise<void> {
  const { unit, ...rest } = state;
  if (unit === undefined) return;
  await systemctl("disable", "--now", unit);
  rmSync(unitPath(unit), { force: true });
  await systemctl("daemon-reload");
  writeState(out, rest);
}
