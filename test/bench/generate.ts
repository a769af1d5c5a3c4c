// npm run bench: what the README says about speed, as ratios in one run so that a slow machine does
// not matter. Exits 1 when a promise is broken.
import { execa } from "execa";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

const runs = 15;
const bucket = ["--region", "eu-central-1", "--bucket", "team-models"] as const;

/** A command of mlstack, and how many times as long as `node -e 0` it may take. */
const commands = [
  { verb: "generate", what: "remote-server", flags: [], limit: 6 },
  { verb: "synth", what: "home-lab", flags: [], limit: 10 },
  { verb: "synth", what: "aws", flags: bucket, limit: 15 },
] as const;

/** Peak memory that a command may take, in MB. */
const memoryLimit = 300;

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
async function compare(words: readonly string[]): Promise<readonly [number[], number[]]> {
  const [empty, ours]: [number[], number[]] = [[], []];
  for (let run = 0; run <= runs; run++) {
    const out = join(scratch, `${words.slice(0, 2).join("-")}-${run}`);
    const a = await seconds(["-e", "0"]);
    const b = await seconds(["dist/mlstack.mjs", ...words, "--out", out]);
    // The first pair warms the disk cache.
    if (run === 0) continue;
    empty.push(a);
    ours.push(b);
  }
  return [empty, ours];
}

/** Peak memory of a command in MB, as the kernel counts it for the process itself. */
async function peakMemory(words: readonly string[]): Promise<number> {
  const program =
    'import { writeSync } from "node:fs"; process.on("exit", () => writeSync(2, `peak=${process.resourceUsage().maxRSS};`));';
  const hook = `data:text/javascript,${encodeURIComponent(program)}`;
  const all = ["--import", hook, "dist/mlstack.mjs", ...words, "--out", join(scratch, "memory")];
  const { stderr } = await execa(process.execPath, all, { stdout: "ignore" });
  return Number(/peak=(\d+)/.exec(stderr)?.[1]) / 1024;
}

try {
  for (const { verb, what, flags, limit } of commands) {
    const [empty, ours] = await compare([verb, what, ...flags]);
    const ratio = median(ours.map((value, index) => value / (empty[index] ?? Number.NaN)));
    console.log(`node -e 0                        ${ms(median(empty))} (median of ${runs})`);
    console.log(`mlstack ${`${verb} ${what}`.padEnd(25)}${ms(median(ours))}`);
    console.log(`ratio                            ${ratio.toFixed(1)} (limit ${limit})`);
    const peak = await peakMemory([verb, what, ...flags]);
    console.log(`peak memory                      ${peak.toFixed(0)} MB (limit ${memoryLimit})`);
    if (!(ratio <= limit && peak <= memoryLimit)) process.exitCode = 1;
  }
} finally {
  rmSync(scratch, { recursive: true, force: true });
}
