import { closeSync, linkSync, openSync, renameSync, rmSync, statSync, writeSync } from "node:fs";
import { dirname } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { ConfigError } from "../../constructs/mlflow/index.js";
import { makeFolder, readIfExists } from "../tools/files.js";
import { lockFile } from "./context.js";
import { isAlive } from "../tools/is-alive.js";
import { inspectProcess } from "./process-table.js";

const waitSeconds = 180;
/** A lock without a readable owner is being written, unless it is older than this. */
const writingMilliseconds = 10_000;

interface LockOptions {
  /** The folder as people know it. @default - the one that is locked */
  readonly folder?: string | undefined;
  readonly report?: ((line: string) => void) | undefined;
  readonly signal?: AbortSignal | undefined;
}

/** Runs `work` while no other command starts or stops the server of this folder. */
export async function withLock<T>(
  out: string,
  { folder = out, report, signal }: LockOptions,
  work: () => Promise<T>,
): Promise<T> {
  const path = lockFile(out);
  const deadline = Date.now() + waitSeconds * 1000;
  for (let told = false; !tryLock(path); told = true) {
    signal?.throwIfAborted();
    if (removeStale(path)) continue;
    if (Date.now() > deadline) {
      throw new Error(
        `another mlstack works in this folder since ${waitSeconds} s\nWait for it, or end it and remove "${path}".`,
      );
    }
    if (!told) report?.(`waits for another mlstack in ${folder}${ownerWords(path)}`);
    await sleep(200);
  }
  try {
    return await work();
  } finally {
    rmSync(path, { force: true });
  }
}

function makeLockFolder(path: string): void {
  try {
    makeFolder(path, 0o700);
  } catch (error) {
    const problem = `must be a folder you can write to; got "${path}" (${(error as Error).message}); change its owner, or name another folder with --out`;
    throw new ConfigError([{ path: "--out", problem }]);
  }
}

/** ` (pid 4711)`; empty while the lock is being written. */
function ownerWords(path: string): string {
  const pid = /"pid":(\d+)/.exec(readIfExists(path) ?? "")?.[1];
  return pid === undefined ? "" : ` (pid ${pid})`;
}

function tryLock(path: string): boolean {
  // Whoever held the lock may have taken the folder away.
  makeLockFolder(dirname(path));
  try {
    const descriptor = openSync(path, "wx", 0o600);
    const identity = inspectProcess(process.pid)?.identity ?? "";
    writeSync(descriptor, JSON.stringify({ pid: process.pid, identity }));
    closeSync(descriptor);
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "EEXIST") return false;
    const problem = `must be writable by you; got "${path}" (${(error as Error).message})`;
    throw new ConfigError([{ path: "--out", problem }]);
  }
}

/** Takes away the lock of a command that was killed. @returns whether it did */
function removeStale(path: string): boolean {
  const text = readIfExists(path);
  if (text === undefined) return true;
  if (!isStale(path, text)) return false;
  // Renamed first: two waiting commands must not remove one another's new lock.
  const aside = `${path}.${process.pid}.stale`;
  try {
    renameSync(path, aside);
    if (readIfExists(aside) !== text) linkSync(aside, path);
  } catch {
    // The other one was faster; the next try sees what it left.
  } finally {
    rmSync(aside, { force: true });
  }
  return true;
}

function isStale(path: string, text: string): boolean {
  try {
    const { pid, identity } = JSON.parse(text) as { pid: number; identity: string };
    if (!isAlive(pid)) return true;
    return identity !== "" && inspectProcess(pid)?.identity !== identity;
  } catch {
    const written = statSync(path, { throwIfNoEntry: false })?.mtimeMs ?? 0;
    return Date.now() - written > writingMilliseconds;
  }
}
