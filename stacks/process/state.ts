import { existsSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { readIfExists, writeFileAtomically } from "../tools/files.js";
import type { Listener } from "../tools/listener.js";
import { processFolders, stateFile } from "./context.js";
import { inspectProcess } from "./process-table.js";
import { unitPid } from "./systemctl.js";

/** What is kept about the server that was started last. */
export interface ProcessState {
  readonly pid: number;
  /** Tells the process from a later one with the same pid. */
  readonly identity: string;
  readonly url: string;
  readonly listener: Listener;
  readonly log: string;
  /** The data folder, with `/`. */
  readonly data: string;
  /** ISO 8601. */
  readonly startedAt: string;
  /** Changes with the command, the environment, the secrets and the scripts. */
  readonly fingerprint: string;
  readonly stopGraceSeconds: number;
  /** Name of the systemd user unit that runs it, where one was asked for. */
  readonly unit?: string;
}

/** What `mlstack status` shows. `none`: nothing was ever started in this folder. */
export interface ProcessStatus {
  readonly state: "running" | "stopped" | "none";
  readonly pid?: number;
  readonly url?: string;
  readonly log?: string;
  readonly data?: string;
  readonly startedAt?: string;
  readonly unit?: string;
}

/** The state that the last start left, or undefined. */
export function readState(out: string): ProcessState | undefined {
  const text = readIfExists(stateFile(out));
  return text === undefined ? undefined : (JSON.parse(text) as ProcessState);
}

/** Only the user may read it: the fingerprint covers secrets. */
export function writeState(out: string, state: ProcessState): void {
  writeFileAtomically(stateFile(out), `${JSON.stringify(state, null, 2)}\n`, 0o600);
}

/**
 * The pid of the server, where it runs. Start time and command line must both be the server's, so
 * that a process that took over the pid is never reported and never stopped.
 */
export function runningPid(out: string, state: ProcessState): number | undefined {
  const script = `${processFolders(out).scripts.path}/run.py`;
  if (state.unit !== undefined) {
    // systemd starts it anew under other pids.
    const pid = unitPid(state.unit);
    return pid !== undefined && inspectProcess(pid)?.command.includes(script) ? pid : undefined;
  }
  const found = inspectProcess(state.pid);
  if (found?.identity !== state.identity) return undefined;
  // Linux takes the command line away first, while a process that was killed still holds its port.
  return found.command === "" || found.command.includes(script) ? state.pid : undefined;
}

/** What runs in this output folder. */
export function processStatus(out: string): ProcessStatus {
  if (!existsSync(stateFile(out))) return { state: "none" };
  const state = readState(out);
  if (!state) return { state: "none" };
  const pid = runningPid(out, state);
  const { url, log, data, startedAt, unit } = state;
  const known = { url, log, data, ...(unit !== undefined && { unit }) };
  return pid === undefined
    ? { state: "stopped", ...known }
    : { state: "running", pid, startedAt, ...known };
}

/** Where the server of this output folder listens; undefined: none runs. */
export function runningListener(out: string): Listener | undefined {
  const state = readState(out);
  return state && runningPid(out, state) !== undefined ? state.listener : undefined;
}

/** Whether the folder holds what a server without containers wrote, here or where its user named. */
export function hasProcessData(out: string): boolean {
  const state = readState(out);
  const folders = [join(out, "data"), ...(state ? [state.data] : [])];
  return folders.some((folder) => existsSync(folder) && readdirSync(folder).length > 0);
}
