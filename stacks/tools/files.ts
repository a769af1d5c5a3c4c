import {
  chmodSync,
  closeSync,
  constants,
  copyFileSync,
  existsSync,
  fsyncSync,
  linkSync,
  mkdirSync,
  openSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from "node:fs";
import { basename, dirname, join } from "node:path";
import { ConfigError } from "../../constructs/mlflow/index.js";
import { isAlive } from "./is-alive.js";

/** The text of a file, or undefined where there is none. */
export function readIfExists(path: string): string | undefined {
  try {
    return readFileSync(path, "utf8");
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return undefined;
    throw asConfigError(error, path);
  }
}

/**
 * Replaces a file as a whole: a reader, or a machine that loses power, sees the old text or the new.
 *
 * @param mode - permissions of the new file, such as 0o600
 * @param exclusive - fail with EEXIST instead of replacing
 */
export function writeFileAtomically(
  path: string,
  text: string,
  mode: number,
  exclusive = false,
): void {
  const partial = `${path}.${process.pid}.partial`;
  try {
    makeFolder(dirname(path));
    removeLeftovers(path);
    const descriptor = openSync(partial, "w", mode);
    try {
      writeAndClose(descriptor, text);
      chmodSync(partial, mode);
      if (exclusive) publishNew(partial, path);
      else renameSync(partial, path);
    } finally {
      rmSync(partial, { force: true });
    }
  } catch (error) {
    throw asConfigError(error, path);
  }
}

/** Whether anybody but the owner may do something with a file. Windows has no such permissions. */
export function isOpenToOthers(path: string): boolean {
  if (process.platform === "win32" || !existsSync(path)) return false;
  return (statSync(path).mode & 0o077) !== 0;
}

/** Makes a file its owner's alone. */
export function makePrivate(path: string): void {
  try {
    chmodSync(path, 0o600);
  } catch (error) {
    throw asConfigError(error, path);
  }
}

/** What runs that were killed left beside `path`; it may hold secrets. */
function removeLeftovers(path: string): void {
  const name = basename(path);
  for (const entry of readdirSync(dirname(path))) {
    if (!entry.startsWith(`${name}.`)) continue;
    const pid = /^\.(\d+)\.partial$/.exec(entry.slice(name.length))?.[1];
    if (pid !== undefined && !isAlive(Number(pid)))
      rmSync(join(dirname(path), entry), { force: true });
  }
}

function writeAndClose(descriptor: number, text: string): void {
  try {
    writeFileSync(descriptor, text);
    fsyncSync(descriptor);
  } finally {
    closeSync(descriptor);
  }
}

/**
 * Makes a folder and those above it. Node's own `recursive` never ends where a folder can't be made
 * and the system answers ENOENT, as in /proc: https://github.com/nodejs/node/issues/31481
 *
 * @param mode - permissions of the new folders
 * @returns whether anything was made
 */
export function makeFolder(path: string, mode = 0o777): boolean {
  if (existsSync(path) && statSync(path).isDirectory()) return false;
  if (dirname(path) !== path) makeFolder(dirname(path), mode);
  try {
    mkdirSync(path, mode);
  } catch (error) {
    // Another run was quicker; a file of that name is told by whatever is written below it.
    if ((error as NodeJS.ErrnoException).code !== "EEXIST") throw error;
  }
  return true;
}

/** Gives `partial` its name unless that is taken. Some file systems have no hard links. */
function publishNew(partial: string, path: string): void {
  try {
    linkSync(partial, path);
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code ?? "";
    if (!["EPERM", "ENOTSUP", "EOPNOTSUPP", "ENOSYS"].includes(code)) throw error;
    copyFileSync(partial, path, constants.COPYFILE_EXCL);
  }
}

const reasons: Readonly<Record<string, string>> = {
  EACCES: "is not writable or readable by you; change its owner, or name another folder with --out",
  EPERM: "may not be changed by you; change its owner, or name another folder with --out",
  EROFS: "is on a read-only disk; name another folder with --out",
  ENOSPC: "has no space left on its disk; free some, or name another folder with --out",
  ENOTDIR: "is below something that is not a folder; name another folder with --out",
  EEXIST: "was made by another run at the same moment; run the command again",
  ENOENT: "can't be made there; name another folder with --out",
  EISDIR: "is a folder, and a file of that name has to be written; move it away",
};

function asConfigError(error: unknown, path: string): unknown {
  const reason = reasons[(error as NodeJS.ErrnoException).code ?? ""];
  return reason === undefined ? error : new ConfigError([{ path, problem: reason }]);
}
