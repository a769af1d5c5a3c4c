import { relative } from "node:path";
import pc from "picocolors";
import { readSettings, type SettingsOptions } from "../settings.js";
import type { Change } from "./changes.js";
import { planFolder, writeFolder } from "./folder.js";
import { selfCommand } from "../tools/self.js";

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
  const generated = planFolder(settings);
  const folder = relative(process.cwd(), settings.out) || ".";
  if (generated.changes.length === 0) {
    console.log(`${folder}: nothing changes`);
    return 0;
  }
  if (options.check === true) {
    printChanges(`${folder} would change:`, generated.changes);
    return 1;
  }
  writeFolder(settings.out, generated, "docker");
  printChanges(`${folder}:`, generated.changes);
  const flag = options.out === undefined ? "" : ` --out ${folder}`;
  console.log(`\nStart it:  ${pc.bold(`cd ${folder} && docker compose up -d --wait`)}`);
  console.log(
    `or, with checks before and a proof after:  ${pc.bold(`${selfCommand()} up ${topology}${flag}`)}`,
  );
  return 0;
}

const limit = 20;

export function printChanges(title: string, changes: readonly Change[]): void {
  console.log(title);
  for (const { path, kind, details } of changes) {
    console.log(`  ${kind.padEnd(8)} ${path}`);
    for (const line of details.slice(0, limit)) console.log(`             ${pc.dim(line)}`);
    if (details.length > limit) console.log(`             and ${details.length - limit} more`);
  }
}
