import { accessSync, constants, existsSync } from "node:fs";
import { statfs } from "node:fs/promises";
import { dirname } from "node:path";

/** The folder itself, or the nearest one above it that is there: both are on the same disk. */
export function nearestExisting(path: string): string {
  if (existsSync(path) || dirname(path) === path) return path;
  return nearestExisting(dirname(path));
}

/** GiB that are free where `path` is or will be; undefined without permission to look. */
export async function freeGiB(path: string): Promise<number | undefined> {
  const space = await statfs(nearestExisting(path)).catch(() => undefined);
  return space && (space.bavail * space.bsize) / 2 ** 30;
}

/** Why a folder can't be made or written there, as the system says it; undefined: it can. */
export function whyUnwritable(path: string): string | undefined {
  try {
    accessSync(nearestExisting(path), constants.W_OK | constants.X_OK);
    return undefined;
  } catch (error) {
    return (error as Error).message;
  }
}
