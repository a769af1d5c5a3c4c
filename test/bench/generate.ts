// npm run bench: what the README says about speed, as ratios in one run so that a slow machine does
// not matter. Exits 1 when a promise is broken.
import { execa } from "execa";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

const runs = 15;
/** A command of mlstack, and how many times as long as `node -e 0` it may take. */
const commands = [
  { verb: "generate", what: "remote-server", limit: 6 },
  { verb: "synth", what: "home-lab", limit: 10 },
] as const;

async function seconds(words: readonly string[]): Promise<number> {
  const before = process.hrtime.bigint();
  await execa(process.execPath, words, { stdout: "ignore" });
  return Number(process.hrtime.bigint() - before) / 1e9;
}

const median = (values: readonly number[]): number =>
  [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)] ?? Number.NaN;

const scratch = mkdtempSync(join(tmpdir(), "mlstack-bench-"));
const ms = (value: number) => `${(value * 1000).toFixed(0)} ms`;

/** Runs a command and an empty program by turns. */
async function compare(verb: string, what: string): Promise<readonly [number[], number[]]> {
  const [empty, ours]: [number[], number[]] = [[], []];
  for (let run = 0; run <= runs; run++) {
    const out = join(scratch, `${verb}-${run}`);
    const a = await seconds(["-e", "0"]);
    const b = await seconds(["dist/mlstack.mjs", verb, what, "--out", out]);
    // The first pair warms the disk cache.
    if (run === 0) continue;
    empty.push(a);
    ours.push(b);
  }
  return [empty, ours];
}

try {
  for (const { verb, what, limit } of commands) {
    const [empty, ours] = await compare(verb, what);
    const ratio = median(ours.map((value, index) => value / (empty[index] ?? Number.NaN)));
    console.log(`node -e 0                        ${ms(median(empty))} (median of ${runs})`);
    console.log(`mlstack ${`${verb} ${what}`.padEnd(25)}${ms(median(ours))}`);
    console.log(`ratio                            ${ratio.toFixed(1)} (limit ${limit})`);
    if (ratio > limit) process.exitCode = 1;
  }
} finally {
  rmSync(scratch, { recursive: true, force: true });
}
