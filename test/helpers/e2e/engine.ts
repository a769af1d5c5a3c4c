import { execaSync } from "execa";
import { describeWhere } from "../requirement.js";

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
  const note = `end-to-end tests of ${name}: ${missing}`;
  describeWhere(name, { missing, needs: "a Docker engine", note }, body);
}
