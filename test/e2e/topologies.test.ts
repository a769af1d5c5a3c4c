import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { OutsideClient, type Ledger } from "../helpers/e2e/client.js";
import { startDockerStack } from "../helpers/e2e/docker-stack.js";
import { describeWithDocker } from "../helpers/e2e/engine.js";
import { startProcessStack } from "../helpers/e2e/process-stack.js";
import { startTerraformStack } from "../helpers/e2e/terraform-stack.js";
import { timed, type RunningStack, type StackOptions } from "../helpers/e2e/running-stack.js";

const cases: readonly {
  readonly topology: StackOptions["topology"];
  readonly runtime: "docker" | "process" | "terraform";
  readonly roles: readonly string[];
}[] = [
  { topology: "localhost-files", runtime: "process", roles: ["tracking-server"] },
  { topology: "localhost-database", runtime: "process", roles: ["tracking-server"] },
  { topology: "localhost-files", runtime: "docker", roles: ["tracking-server"] },
  { topology: "localhost-database", runtime: "docker", roles: ["tracking-server"] },
  {
    topology: "remote-server",
    runtime: "docker",
    roles: ["backend-store", "artifact-store", "tracking-server"],
  },
  { topology: "localhost-files", runtime: "terraform", roles: ["tracking-server"] },
  { topology: "localhost-database", runtime: "terraform", roles: ["tracking-server"] },
  {
    topology: "remote-server",
    runtime: "terraform",
    roles: ["backend-store", "artifact-store", "tracking-server"],
  },
];

const starters = {
  docker: startDockerStack,
  process: startProcessStack,
  terraform: startTerraformStack,
};

// Each test continues where the one before it ended, as a user does; one failure fails the rest.
for (const { topology, runtime, roles } of cases) {
  const group = runtime === "process" ? describe : describeWithDocker;
  group(`${topology} with runtime ${runtime}`, () => {
    let stack: RunningStack;
    let client: OutsideClient;
    let ledger: Ledger;

    const readBack = async (large = false): Promise<readonly string[]> => {
      const answer = await timed(`${topology} ${runtime}: read back`, () =>
        client.readBack(ledger, large),
      );
      ledger = answer.ledger;
      return answer.problems;
    };

    beforeAll(async () => {
      stack = await starters[runtime]({ topology, label: `${topology}-${runtime}` });
      client = await OutsideClient.of(stack);
    });
    afterAll(() => stack?.down(true));

    test("a client logs, uploads 300 MB, registers a model and finds it all again", async () => {
      ledger = await client.workflow(300);
      expect(await readBack()).toEqual([]);
    });

    test("a registered model is served and predicts over REST", async () => {
      const { uris, sample, predictions } = ledger.model;
      expect(await client.serve(uris[0] ?? "", sample)).toEqual({ predictions });
    });

    test("everything is there after a restart", async () => {
      await timed(`${topology} ${runtime}: restart`, () => stack.restart());
      expect(await readBack(true)).toEqual([]);
    });

    test("the stack has the roles that are killed below", () => {
      expect(stack.roles()).toEqual(roles);
    });

    test.each(roles)("everything is there after kill -9 of %s", async (role) => {
      await stack.kill9(role);
      expect(await readBack()).toEqual([]);
    });

    test("generate and up over a running stack restart nothing", async () => {
      const started = () => Promise.all(stack.roles().map((role) => stack.startedAt(role)));
      const before = await started();
      await timed(`${topology} ${runtime}: up over a running stack`, () => stack.up());
      expect(await started()).toEqual(before);
    });

    test("everything is there after down and up", async () => {
      await stack.down(false);
      await timed(`${topology} ${runtime}: up again after down`, () => stack.up());
      expect(await readBack(true)).toEqual([]);
    });
  });
}
