import {
  closeSync,
  existsSync,
  fstatSync,
  openSync,
  readSync,
  renameSync,
  rmSync,
  statSync,
} from "node:fs";

/** Files of the log in all: the current one and two older. */
const kept = 3;

/** Moves a log that has grown past `limit` bytes aside. Only while nothing writes to it. */
export function rotateLog(path: string, limit: number): void {
  if ((statSync(path, { throwIfNoEntry: false })?.size ?? 0) <= limit) return;
  const names = Array.from({ length: kept }, (_, age) => (age === 0 ? path : `${path}.${age}`));
  rmSync(names[kept - 1] as string, { force: true });
  for (let age = kept - 2; age >= 0; age--) {
    const [from, to] = [names[age] as string, names[age + 1] as string];
    if (existsSync(from)) renameSync(from, to);
  }
}

/** Bytes of the log; 0 where there is none. */
export const logSize = (path: string): number =>
  statSync(path, { throwIfNoEntry: false })?.size ?? 0;

/** The log's text from `offset`, at most its last 64 KiB. */
export function logSince(path: string, offset: number): string {
  if (!existsSync(path)) return "";
  const size = logSize(path);
  return readRange(path, Math.max(offset, size - 65_536), size);
}

/** Bytes `from` up to `to` as text. */
export function readRange(path: string, from: number, to: number): string {
  const descriptor = openSync(path, "r");
  try {
    const buffer = Buffer.alloc(Math.max(0, Math.min(to, fstatSync(descriptor).size) - from));
    const length = readSync(descriptor, buffer, 0, buffer.length, from);
    return buffer.toString("utf8", 0, length);
  } finally {
    closeSync(descriptor);
  }
}
