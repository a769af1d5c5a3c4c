import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";

/** Folders by the content that they hold, for the assets of every stack of this process. */
const folders = new Map<string, string>();

/**
 * Files, by name, in a temporary folder: an asset is copied from one when the app is synthesised.
 * It goes when the process ends.
 */
export function temporaryFolder(files: Readonly<Record<string, string>>): string {
  const content = JSON.stringify(files);
  const known = folders.get(content);
  if (known !== undefined) return known;
  const folder = mkdtempSync(join(tmpdir(), "mlflow-stacks-"));
  if (folders.size === 0) process.once("exit", removeFolders);
  folders.set(content, folder);
  for (const [name, text] of Object.entries(files)) {
    const path = join(folder, name);
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, text);
  }
  return folder;
}

function removeFolders(): void {
  for (const folder of folders.values()) rmSync(folder, { recursive: true, force: true });
}
