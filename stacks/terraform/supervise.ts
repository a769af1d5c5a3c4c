import { execa } from "execa";
import { OutputFile } from "./output-file.js";

/** A command that changes something and so must come to its own end. */
export interface Supervision {
  readonly program: string;
  readonly words: readonly string[];
  readonly directory: string;
  readonly environment: Readonly<Record<string, string>>;
  /** Aborted: the command is asked to end, once. */
  readonly signal: AbortSignal;
  /** Seconds that a command which was asked to end may take. */
  readonly patience: number;
  readonly onLine: (line: string) => void;
  readonly onStopping: () => void;
}

/** How a supervised command ended. */
export interface Ended {
  readonly exitCode: number | undefined;
  /** Name of the signal that ended it, such as `SIGKILL`. */
  readonly killedBy: string | undefined;
  /** `ENOENT`: there is no such program. */
  readonly code: string | undefined;
  /** It was asked to end and has not: the process with this id goes on. */
  readonly stillRunning: number | undefined;
}

const windows = process.platform === "win32";
const pollMilliseconds = 100;
const running = new Set<number>();

/**
 * Tells every supervised Terraform a second time to end, which it does at once: it may lose what it
 * had not yet saved, and leave a lock. For a person who insists.
 *
 * @returns whether there was one
 */
export function forceStop(): boolean {
  for (const pid of running) interrupt(pid);
  return running.size > 0;
}

/**
 * Runs a command in a process group of its own, where the terminal's Ctrl-C does not reach it: it
 * gets exactly one SIGINT, from here. When this process is killed outright, the command goes on to
 * its end, saves its state and releases its lock.
 *
 * On SIGINT Terraform starts nothing new, kills the shell of a local-exec provisioner with SIGKILL,
 * asks its providers to stop what they do, waits for them, and saves. What that shell had started
 * is told to end here, after Terraform.
 */
export async function supervise(supervision: Supervision): Promise<Ended> {
  const { directory, onLine, signal, onStopping } = supervision;
  const stdout = new OutputFile(directory, "stdout");
  const stderr = new OutputFile(directory, "stderr");
  const outputs = [stdout, stderr];
  const child = start(supervision, stdout, stderr);
  const { pid } = child;
  const reader = setInterval(
    () => outputs.forEach((output) => output.lines().forEach(onLine)),
    pollMilliseconds,
  );
  let giveUp: NodeJS.Timeout | undefined;
  let stop = () => {};
  const gaveUp = new Promise<"gave up">((resolve) => {
    stop = () => {
      onStopping();
      if (pid !== undefined) interrupt(pid);
      giveUp = setTimeout(() => resolve("gave up"), supervision.patience * 1000);
    };
  });
  if (pid !== undefined) running.add(pid);
  // An abort between the caller's check and here has no event any more.
  if (signal.aborted) stop();
  else signal.addEventListener("abort", stop, { once: true });
  try {
    const result = await Promise.race([child, gaveUp]);
    if (result === "gave up") {
      child.unref();
      return { exitCode: undefined, killedBy: undefined, code: undefined, stillRunning: pid };
    }
    if (signal.aborted && pid !== undefined) endGroup(pid);
    const { exitCode, signal: killedBy, code } = result;
    return { exitCode, killedBy, code, stillRunning: undefined };
  } finally {
    signal.removeEventListener("abort", stop);
    clearTimeout(giveUp);
    clearInterval(reader);
    if (pid !== undefined) running.delete(pid);
    outputs.forEach((output) => output.close().forEach(onLine));
  }
}

function start(
  { program, words, directory, environment }: Supervision,
  stdout: OutputFile,
  stderr: OutputFile,
) {
  // Terraform makes state, backups and plans for everybody to read. Children inherit the mask.
  const mask = process.umask(0o077);
  try {
    return execa(program, words, {
      cwd: directory,
      env: environment,
      extendEnv: false,
      stdin: "ignore",
      // Any number will do; execa's types know the first few.
      stdout: stdout.descriptor as 3,
      stderr: stderr.descriptor as 3,
      // On Windows that would be a console of its own; there the terminal's Ctrl-C does reach it.
      detached: !windows,
      cleanup: false,
      reject: false,
    });
  } finally {
    process.umask(mask);
  }
}

/** Windows has no such signal to send; Node would end the process outright. */
function interrupt(pid: number): void {
  if (windows) return;
  try {
    process.kill(pid, "SIGINT");
  } catch {
    // It has ended already.
  }
}

/** Ends what a killed provisioner left running in the group of a Terraform that has ended. */
function endGroup(pid: number): void {
  if (windows) return;
  try {
    process.kill(-pid, "SIGTERM");
  } catch {
    // Nothing was left.
  }
}
