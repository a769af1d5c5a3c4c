import { join } from "node:path";
import { readIfExists, writeFileAtomically } from "./files.js";

/** Where a folder's deployment runs. Its data is there, so the next run must go there too. */
export type RuntimeName = "docker" | "process";

const fileName = "runtime.json";

export function readRuntime(out: string): RuntimeName | undefined {
  const text = readIfExists(join(out, fileName));
  if (text === undefined) return undefined;
  return text.includes('"process"') ? "process" : "docker";
}

export function writeRuntime(out: string, runtime: RuntimeName): void {
  if (readRuntime(out) === runtime) return;
  writeFileAtomically(join(out, fileName), `${JSON.stringify({ runtime })}\n`, 0o644);
}
