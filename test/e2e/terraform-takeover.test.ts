import { copyFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { startDockerStack, type DockerStack } from "../helpers/e2e/docker-stack.js";
import { describeWithDocker } from "../helpers/e2e/engine.js";
import { KeptData } from "../helpers/e2e/kept-data.js";
import { mlstack } from "../helpers/e2e/mlstack.js";
import { prepareTerraformStack, type TerraformStack } from "../helpers/e2e/terraform-stack.js";

// Each test continues where the one before it ended, as a user does; one failure fails the rest.
describeWithDocker("a Compose deployment that Terraform goes on with", () => {
  let compose: DockerStack;
  let stack: TerraformStack;
  let kept: KeptData;

  beforeAll(async () => {
    compose = await startDockerStack({ topology: "remote-server", label: "takeover" });
    const { port } = new URL(compose.url);
    stack = await prepareTerraformStack({
      topology: "remote-server",
      label: "takeover",
      flags: ["--port", port],
    });
    kept = await KeptData.write(
      compose,
      ["backend-store-data", "artifact-store-data"].map((name) => `${compose.name}_${name}`),
    );
  });
  afterAll(async () => {
    await stack?.down(true);
    await compose?.down(true).catch(() => undefined);
    rmSync(compose?.out ?? "", { recursive: true, force: true });
  });

  test("deploy refuses while the project's containers are there", async () => {
    const refused = await stack.tries("deploy", "--yes");
    expect(refused.exitCode).toBe(2);
    expect(refused.text).toContain(
      `MLSTACK_NAME: "${compose.name}" is used on this machine by the Compose project "${compose.name}" of "${compose.out}"; first run there, which keeps its data: docker compose -p ${compose.name} down; or set another MLSTACK_NAME`,
    );
    expect(await compose.healthy()).toBe(true);
  });

  test("without the project's .env it refuses new passwords for old data", async () => {
    await mlstack(["down", "remote-server", "--out", compose.out]);
    const refused = await stack.tries("deploy", "--yes");
    expect(refused.exitCode).toBe(2);
    expect(refused.text).toContain(
      `the volume ${compose.name}_backend-store-data, left of the Compose project "${compose.name}"; to go on with its data, put that project's .env into the output folder`,
    );
  });

  test("with it the data is there, and plan shows no change", async () => {
    copyFileSync(join(compose.out, ".env"), join(stack.out, ".env"));
    await stack.deploy();
    expect(await kept.problems()).toEqual([]);
    expect(await stack.plan()).toMatchObject({ changes: false });
  });
});
