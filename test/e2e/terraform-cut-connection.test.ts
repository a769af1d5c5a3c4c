import { setTimeout as sleep } from "node:timers/promises";
import { afterAll, beforeAll, expect, test } from "vitest";
import { images } from "../../constructs/mlflow/index.js";
import type { Ledger, OutsideClient } from "../helpers/e2e/client.js";
import { timed } from "../helpers/e2e/running-stack.js";
import { startSecondHost, type SecondHost } from "../helpers/e2e/second-host.js";
import { describeWithSecondHost } from "../helpers/e2e/second-host/available.js";
import {
  clientOf,
  engineOf,
  mlstackUntil,
  removeBuilt,
  type Told,
} from "../helpers/e2e/second-host/engine.js";
import { prepareTerraformStack, type TerraformStack } from "../helpers/e2e/terraform-stack.js";

// Each test continues where the one before it ended, as a user does; one failure fails the rest.
describeWithSecondHost("a deploy whose ssh connection is cut", () => {
  let host: SecondHost;
  let stack: TerraformStack;
  let client: OutsideClient;
  let ledger: Ledger;

  const deployUntil = (pattern: RegExp, then: () => Promise<void>, ...flags: string[]) =>
    mlstackUntil(["deploy", ...stack.words, ...flags, "--yes"], engineOf(host).env, pattern, then);

  const broke = ({ exitCode, text }: Told, resource: string, again: string): void => {
    expect(exitCode).toBe(1);
    expect(text).toContain(`\n${resource} (`);
    expect(text).toContain(`The connection to "root@${host.address}:22" broke`);
    expect(text).toContain(again);
  };

  beforeAll(async () => {
    host = await startSecondHost();
    await host.loadImages(Object.values(images));
    const options = { topology: "remote-server", label: "ssh-cut" } as const;
    stack = await prepareTerraformStack(options, engineOf(host));
  });
  afterAll(async () => {
    await host?.restoreConnections();
    await stack?.down(true).catch(() => undefined);
    await host?.stop();
  });

  test("while the image is built says so, and what is right again", async () => {
    await removeBuilt(host);
    const told = await deployUntil(/image of tracking-server: creating/, host.refuseConnections);
    broke(told, "image of tracking-server", "refuses connections");
    expect(told.text).toContain("Run it again when it is back: it goes on where this ended.");
    await host.restoreConnections();
  });

  test("while a job runs ends with that job, and plan shows what is left to do", async () => {
    const told = await deployUntil(/db-upgrade: tracking schema/, host.cutConnections);
    broke(told, "db-upgrade", "Run it again: it goes on where this ended.");
    const { changes, text } = await stack.plan();
    expect(changes).toBe(true);
    expect(text).toMatch(/(make|replace) db-upgrade \(job\)/);
    expect(text).toContain("+ make tracking-server");
    expect(text).not.toContain("make backend-store");
  });

  test("is repeated and done, cut once more while the server starts", async () => {
    // The provider may get over this one by itself.
    const cut = await deployUntil(/tracking-server: creating/, async () => {
      await sleep(3000);
      await host.cutConnections();
    });
    if (cut.exitCode !== 0) broke(cut, "tracking-server", "Run it again");
    await timed("second host: deploy after a cut", () => stack.deploy());
    expect(await stack.plan()).toMatchObject({ changes: false });
    expect(await stack.healthy()).toBe(true);
    client = await clientOf(stack);
    ledger = await client.workflow(1);
  });

  test("without a cable ends in time; repeated, it loses nothing", async () => {
    // Seconds instead of a minute. A connection that is there would go on with its own.
    const soon = ["ServerAliveInterval=3", "ServerAliveCountMax=2", "ConnectTimeout=5"];
    const flags = ["--set", "MLFLOW_WORKERS=2", ...soon.flatMap((set) => ["--ssh-option", set])];
    await host.cutConnections();
    const told = await deployUntil(/tracking-server: creating/, host.silenceConnections, ...flags);
    console.log(`[e2e] second host: without a cable it ended after ${told.seconds.toFixed(1)} s`);
    broke(told, "tracking-server", "did not answer in time over ssh");
    expect(told.seconds).toBeLessThan(90);
    const asked = await mlstackUntil(["plan", ...stack.words], engineOf(host).env);
    expect(asked.exitCode).toBe(2);
    expect(asked.text).toContain("did not answer in time over ssh");

    await host.restoreConnections();
    await stack.deploy(...flags);
    expect(await stack.plan()).toMatchObject({ changes: false });
    expect((await client.readBack(ledger)).problems).toEqual([]);
  });
});
