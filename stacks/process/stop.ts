import { existsSync } from "node:fs";
import { setTimeout as sleep } from "node:timers/promises";
import { stateFile } from "./context.js";
import { withLock } from "./lock.js";
import { readState, runningPid, type ProcessState } from "./state.js";
import { stopUnit } from "./systemctl.js";
import { removeUnit } from "./unit-file.js";

/**
 * Stops the server of this output folder; data, log and secrets stay. A systemd unit is removed.
 *
 * @returns false: nothing ran
 */
export async function stopProcess(out: string): Promise<boolean> {
  if (!existsSync(stateFile(out))) return false;
  return withLock(out, {}, async () => {
    const state = readState(out);
    if (!state) return false;
    const pid = runningPid(out, state);
    await stopServer(out, state, pid);
    if (state.unit !== undefined) await removeUnit(out, state);
    return pid !== undefined;
  });
}

/** Stops what `state` tells of, in the way it was started. */
export async function stopServer(
  out: string,
  state: ProcessState,
  pid: number | undefined,
): Promise<void> {
  if (state.unit !== undefined) await stopUnit(state.unit);
  else if (pid !== undefined) await terminate(pid, state, () => runningPid(out, state) === pid);
}

/**
 * SIGTERM, then SIGKILL. Windows knows no signals: there `process.kill` ends the program at once,
 * and the environment's launcher takes the interpreter that it started along (a job object).
 *
 * @param runs - whether this very process still runs; asked again before each signal
 */
async function terminate(
  pid: number,
  { stopGraceSeconds }: ProcessState,
  runs: () => boolean,
): Promise<void> {
  send(pid, "SIGTERM");
  if (await gone(runs, stopGraceSeconds)) return;
  if (runs()) killTree(pid);
  if (await gone(runs, 5)) return;
  throw new Error(`tracking server: process ${pid} does not end\nEnd it by hand and try again.`);
}

async function gone(runs: () => boolean, seconds: number): Promise<boolean> {
  const deadline = Date.now() + seconds * 1000;
  while (runs()) {
    if (Date.now() > deadline) return false;
    await sleep(50);
  }
  return true;
}

/** The server leads a process group of its own, which holds its workers where it has several. */
function killTree(pid: number): void {
  if (process.platform === "win32" || !send(-pid, "SIGKILL")) send(pid, "SIGKILL");
}

/** @returns false: no such process */
function send(pid: number, signal: NodeJS.Signals): boolean {
  try {
    process.kill(pid, signal);
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ESRCH") return false;
    throw error;
  }
}
