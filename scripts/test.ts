// npm test: types, lint, formatting, then every test; and at the end, plainly, what did not run.
import { execa } from "execa";
import { existsSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

const ci = process.env["CI"] === "true";
const scratch = mkdtempSync(join(tmpdir(), "mlstack-test-"));
const notRunFile = join(scratch, "not-run");

interface Counts {
  passed: number;
  failed: number;
  skipped: number;
}

const total: Counts = { passed: 0, failed: 0, skipped: 0 };
const failures: string[] = [];

async function check(title: string, words: readonly string[]): Promise<void> {
  const [program = "", ...rest] = words;
  const { exitCode, all } = await execa(program, rest, {
    stdin: "ignore",
    all: true,
    preferLocal: true,
    reject: false,
  });
  console.log(`\n== ${title}${all === "" ? "" : `\n${all}`}`);
  if (exitCode !== 0) failures.push(title);
}

async function vitest(project: string): Promise<void> {
  console.log(`\n== tests: ${project}`);
  const report = join(scratch, `${project}.json`);
  const words = [
    "run",
    "--project",
    project,
    "--reporter=default",
    "--reporter=json",
    `--outputFile.json=${report}`,
  ];
  const { exitCode } = await execa("vitest", words, {
    stdio: "inherit",
    preferLocal: true,
    reject: false,
    env: { MLSTACK_TEST_NOT_RUN: notRunFile },
  });
  if (exitCode !== 0) failures.push(`tests: ${project}`);
  if (!existsSync(report)) return;
  const found = JSON.parse(readFileSync(report, "utf8")) as Record<string, number>;
  total.passed += found["numPassedTests"] ?? 0;
  total.failed += found["numFailedTests"] ?? 0;
  total.skipped += (found["numPendingTests"] ?? 0) + (found["numTodoTests"] ?? 0);
}

await Promise.all([
  check("types", ["tsc", "--project", "."]),
  check("lint", ["eslint", "."]),
  check("formatting", ["prettier", "--check", "--log-level", "warn", "."]),
]);
await vitest("unit");
await vitest("e2e");
await vitest("e2e-alone");

const notRun = existsSync(notRunFile)
  ? [...new Set(readFileSync(notRunFile, "utf8").split("\n").filter(Boolean))]
  : [];
rmSync(scratch, { recursive: true, force: true });
console.log("");
for (const line of notRun) console.log(`did not run: ${line}`);
for (const title of failures) console.log(`failed: ${title}`);
console.log(`${total.passed} passed, ${total.failed} failed, ${total.skipped} skipped`);
if (ci && notRun.length > 0) console.log("With CI=true everything has to run.");
process.exitCode = failures.length > 0 || (ci && notRun.length > 0) ? 1 : 0;
