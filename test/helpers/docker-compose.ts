import { spawnSync } from "node:child_process";
import { appendFileSync } from "node:fs";
import type { TestContext } from "vitest";

/** Run Compose with nothing of the caller's environment that could stand in for a value of `.env`. */
export function dockerCompose(words: readonly string[]) {
  const { PATH = "", HOME = "" } = process.env;
  const result = spawnSync("docker", ["compose", ...words], {
    encoding: "utf8",
    env: { PATH, HOME },
    maxBuffer: 64 * 1024 * 1024,
  });
  return { exitCode: result.status, stdout: result.stdout ?? "", stderr: result.stderr ?? "" };
}

let installed: boolean | undefined;

/** Skips the test where Compose is missing, and says so at the end; in CI the test then fails. */
export function needsDockerCompose(context: TestContext): void {
  installed ??= dockerCompose(["version"]).exitCode === 0;
  if (installed) return;
  const reason = "`docker compose` is not installed";
  if (process.env["CI"] === "true") throw new Error(`${reason}, and CI must run this test`);
  const report = process.env["MLSTACK_TEST_NOT_RUN"];
  if (report) appendFileSync(report, `${context.task.name}: ${reason}\n`);
  context.skip(reason);
}
