// npm run bench: what the README says about speed, as ratios in one run so that a slow machine does
// not matter. Exits 1 when a promise is broken.
import { execa } from "execa";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

const runs = 15;
/** `generate` may take this many times as long as `node -e 0`. */
const limit = 6;

async function seconds(words: readonly string[]): Promise<number> {
  const before = process.hrtime.bigint();
  await execa(process.execPath, words, { stdout: "ignore" });
  return Number(process.hrtime.bigint() - before) / 1e9;
}

const median = (values: readonly number[]): number =>
  [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)] ?? Number.NaN;

const scratch = mkdtempSync(join(tmpdir(), "mlstack-bench-"));
const [empty, generate]: [number[], number[]] = [[], []];
try {
  for (let run = 0; run <= runs; run++) {
    const out = join(scratch, String(run));
    const a = await seconds(["-e", "0"]);
    const b = await seconds(["dist/mlstack.mjs", "generate", "remote-server", "--out", out]);
    // The first pair warms the disk cache.
    if (run > 0) {
      empty.push(a);
      generate.push(b);
    }
  }
} finally {
  rmSync(scratch, { recursive: true, force: true });
}
const ratio = median(generate.map((value, index) => value / (empty[index] ?? Number.NaN)));
const ms = (value: number) => `${(value * 1000).toFixed(0)} ms`;
console.log(`node -e 0                        ${ms(median(empty))} (median of ${runs})`);
console.log(`mlstack generate remote-server   ${ms(median(generate))}`);
console.log(`ratio                            ${ratio.toFixed(1)} (limit ${limit})`);
process.exitCode = ratio <= limit ? 0 : 1;
