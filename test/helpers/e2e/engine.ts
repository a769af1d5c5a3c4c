import { execaSync } from "execa";
import { appendFileSync } from "node:fs";
import { describe, test } from "vitest";

/** Why nothing that needs Docker can run here, or undefined where it can. */
function missingEngine(): string | undefined {
  const asked = execaSync("docker", ["info", "--format", "{{.ServerVersion}}"], {
    reject: false,
    timeout: 10_000,
  });
  if (asked.code === "ENOENT") return "there is no docker command on PATH";
  if (asked.exitCode !== 0) return "no Docker engine answers";
  const compose = execaSync("docker", ["compose", "version"], { reject: false, timeout: 10_000 });
  return compose.exitCode === 0 ? undefined : "docker has no compose command";
}

/**
 * Tests that need a Docker engine. Without one they are skipped and named in the file that
 * `MLSTACK_TEST_NOT_RUN` names; with CI=true they fail.
 */
export function describeWithDocker(name: string, body: () => void): void {
  const missing = missingEngine();
  if (missing === undefined) {
    describe(name, body);
  } else if (process.env["CI"] === "true") {
    test(`${name} needs a Docker engine`, () => {
      throw new Error(`${missing}; with CI=true it is required`);
    });
  } else {
    const note = process.env["MLSTACK_TEST_NOT_RUN"];
    if (note) appendFileSync(note, `end-to-end tests of ${name}: ${missing}\n`);
    describe.skip(name, body);
  }
}
