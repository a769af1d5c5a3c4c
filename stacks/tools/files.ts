import {
  chmodSync,
  closeSync,
  fsyncSync,
  linkSync,
  mkdirSync,
  openSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { dirname } from "node:path";
import { ConfigError } from "../../constructs/mlflow/index.js";

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
    mkdirSync(dirname(path), { recursive: true });
    const descriptor = openSync(partial, "w", mode);
    try {
      writeFileSync(descriptor, text);
      fsyncSync(descriptor);
    } finally {
      closeSync(descriptor);
    }
    chmodSync(partial, mode);
    if (exclusive) linkSync(partial, path);
    else renameSync(partial, path);
  } catch (error) {
    throw asConfigError(error, path);
  } finally {
    rmSync(partial, { force: true });
  }
}

const reasons: Readonly<Record<string, string>> = {
  EACCES: "is not writable or readable by you; change its owner, or name another folder with --out",
  EPERM: "may not be changed by you; change its owner, or name another folder with --out",
  EROFS: "is on a read-only disk; name another folder with --out",
  ENOSPC: "has no space left on its disk; free some, or name another folder with --out",
  ENOTDIR: "is below something that is not a folder; name another folder with --out",
  EEXIST: "was made by another run at the same moment; run the command again",
  EISDIR: "is a folder, and a file of that name has to be written; move it away",
};

function asConfigError(error: unknown, path: string): unknown {
  const reason = reasons[(error as NodeJS.ErrnoException).code ?? ""];
  return reason === undefined ? error : new ConfigError([{ path, problem: reason }]);
}
