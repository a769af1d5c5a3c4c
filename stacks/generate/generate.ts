import { relative } from "node:path";
import pc from "picocolors";
import { readSettings, type Settings, type SettingsOptions } from "../settings.js";
import { readRuntime, type RuntimeName } from "../tools/runtime-record.js";
import { selfCommand } from "../tools/self.js";
import { shellWord } from "../tools/shell-word.js";
import type { Change } from "./changes.js";
import { planFolder, writeFolder } from "./folder.js";

export interface GenerateOptions extends SettingsOptions {
  /** Write nothing; say what would change by the exit code. */
  readonly check?: boolean;
}

/**
 * `mlstack generate`: writes the output folder.
 *
 * @returns the exit code: 0, or 1 when `--check` found a difference
 */
export function generate(topology: string, options: GenerateOptions): number {
  const settings = readSettings(topology, options);
  const runtime = runtimeOf(settings);
  const generated = planFolder(settings, runtime);
  const folder = relative(process.cwd(), settings.out) || ".";
  if (generated.changes.length === 0) {
    console.log(`${folder}: nothing changes`);
    return 0;
  }
  if (options.check === true) {
    printChanges(`${folder} would change:`, generated.changes);
    printMoves(generated.moves);
    return 1;
  }
  writeFolder(settings.out, generated);
  printChanges(`${folder}:`, generated.changes);
  printMoves(generated.moves);
  printHints(folder, runtime, topology, options);
  return 0;
}

/** As asked, else where the folder's data is, else Docker: no engine is needed to write files. */
function runtimeOf({ runtime, out }: Settings): RuntimeName {
  return runtime === "auto" ? (readRuntime(out) ?? "docker") : runtime;
}

function printHints(
  folder: string,
  runtime: RuntimeName,
  topology: string,
  { envFile, out }: GenerateOptions,
): void {
  const file = envFile === undefined ? "" : ` -e ${shellWord(envFile)}`;
  const flag = out === undefined ? "" : ` --out ${shellWord(folder)}`;
  const up = pc.bold(`${selfCommand()} up ${topology}${file}${flag}`);
  if (runtime === "process") {
    console.log(`\nStart it, with checks before and a proof after:  ${up}`);
    return;
  }
  const compose = pc.bold(`cd ${shellWord(folder)} && docker compose up -d --wait`);
  console.log(`\nStart it:  ${compose}`);
  console.log(`or, with checks before and a proof after:  ${up}`);
}

/** Prints what stays behind where a store changed. */
export function printMoves(moves: readonly string[]): void {
  for (const move of moves) console.log(pc.yellow(`\nNote: ${move}.`));
}

const limit = 20;

/** Prints each file that changes, with what changes inside it. */
export function printChanges(title: string, changes: readonly Change[]): void {
  console.log(title);
  for (const { path, kind, details } of changes) {
    console.log(`  ${kind.padEnd(8)} ${path}`);
    for (const line of details.slice(0, limit)) console.log(`             ${pc.dim(line)}`);
    if (details.length > limit) console.log(`             and ${details.length - limit} more`);
  }
}
