import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

/**
 * One folder for the temporary files of a run, removed after it: workers end without the event at
 * which a program removes its own.
 */
export default function setup(): () => void {
  const folder = mkdtempSync(join(tmpdir(), "mlstack-run-"));
  process.env["TMPDIR"] = folder;
  return () => rmSync(folder, { recursive: true, force: true });
}
