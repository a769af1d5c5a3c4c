import { join } from "node:path";
import { readIfExists, writeFileAtomically } from "./files.js";

/** Where a folder's deployment was started last. Its data may be there. */
export type RuntimeName = "docker" | "process";

const fileName = "runtime.json";

/** The runtime of the last start that went as far as making something that holds data. */
export function readRuntime(out: string): RuntimeName | undefined {
  const text = readIfExists(join(out, fileName));
  if (text === undefined) return undefined;
  return text.includes('"process"') ? "process" : "docker";
}

/** Called right before the first container or data folder is made. */
export function writeRuntime(out: string, runtime: RuntimeName): void {
  if (readRuntime(out) === runtime) return;
  writeFileAtomically(join(out, fileName), `${JSON.stringify({ runtime })}\n`, 0o644);
}
