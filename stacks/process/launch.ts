import { spawn } from "node:child_process";
import { closeSync, openSync } from "node:fs";
import { inheritedEnvironment } from "./inherited.js";
import { inspectProcess } from "./process-table.js";
import type { ProcessCommand } from "./render.js";

/** A server that was just started. */
export interface Launch {
  readonly pid: number;
  readonly identity: string;
  /** Whether it still runs. */
  readonly runs: () => boolean;
}

/** Environment of a program of the deployment. */
export const childEnvironment = ({ environment }: ProcessCommand): Record<string, string> => ({
  ...inheritedEnvironment(process.env),
  ...environment,
});

/** Starts a program that outlives this command. What it prints goes to the end of `log`. */
export function launchDetached(command: ProcessCommand, directory: string, log: string): Launch {
  const [program = "", ...args] = command.command;
  const descriptor = openSync(log, "a", 0o600);
  try {
    const child = spawn(program, args, {
      cwd: directory,
      env: childEnvironment(command),
      detached: true,
      windowsHide: true,
      stdio: ["ignore", descriptor, descriptor],
    });
    let ended = false;
    child.once("exit", () => (ended = true));
    child.once("error", () => (ended = true));
    child.unref();
    if (child.pid === undefined) throw new Error(`cannot run "${program}"`);
    const identity = inspectProcess(child.pid)?.identity ?? "";
    return { pid: child.pid, identity, runs: () => !ended };
  } finally {
    closeSync(descriptor);
  }
}
