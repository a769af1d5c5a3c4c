import { existsSync, readdirSync, rmdirSync, rmSync } from "node:fs";
import { dirname, join } from "node:path";

/** `path` and the folders above it that are not there, the lowest first. */
export function missingFolders(path: string): readonly string[] {
  if (existsSync(path)) return [];
  return [path, ...(dirname(path) === path ? [] : missingFolders(dirname(path)))];
}

/**
 * Takes away an output folder that was made to look at it, unless anything else is in it.
 *
 * @param folders - it and those above it that were not there
 */
export function removeTrial(folders: readonly string[]): void {
  const [out] = folders;
  if (out === undefined || !existsSync(out)) return;
  if (readdirSync(out).some((name) => name !== "terraform")) return;
  rmSync(join(out, "terraform"), { recursive: true, force: true });
  for (const folder of folders) {
    try {
      rmdirSync(folder);
    } catch {
      // Somebody else has something in it, and so in those above it.
      return;
    }
  }
}
