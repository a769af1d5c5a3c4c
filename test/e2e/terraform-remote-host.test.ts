import { execa } from "execa";
import { afterAll, beforeAll, expect, test } from "vitest";
import { images } from "../../constructs/mlflow/index.js";
import { timed, waitUntil } from "../helpers/e2e/running-stack.js";
import { startSecondHost, type SecondHost } from "../helpers/e2e/second-host.js";
import { describeWithSecondHost } from "../helpers/e2e/second-host/available.js";
import {
  clientOf,
  engineOf,
  loopbackOf,
  mlstackUntil,
  removeBuilt,
} from "../helpers/e2e/second-host/engine.js";
import {
  prepareTerraformStack,
  startTerraformStack,
  type TerraformStack,
} from "../helpers/e2e/terraform-stack.js";

const megabytes = 20;

describeWithSecondHost("Terraform on a second host by ssh", () => {
  let host: SecondHost;
  const stacks: TerraformStack[] = [];

  const kept = (stack: TerraformStack): TerraformStack => (stacks.push(stack), stack);

  /** What this machine's own engine has of it. */
  const here = async ({ name }: TerraformStack): Promise<string> => {
    const filter = ["--filter", `label=mlflow-stacks.deployment=${name}`];
    const lists = [
      ["ps", "--all"],
      ["volume", "ls"],
      ["network", "ls"],
    ].map((words) => execa("docker", [...words, "--quiet", ...filter]));
    return (await Promise.all(lists)).map(({ stdout }) => stdout).join("");
  };

  beforeAll(async () => {
    host = await startSecondHost();
    await host.loadImages(Object.values(images));
  });
  afterAll(async () => {
    for (const stack of stacks) await stack.down(true).catch(() => undefined);
    await host?.stop();
  });

  test("builds the image there, runs it there, and is proven by that host's address", async () => {
    await removeBuilt(host);
    const logins = () => host.log("sshd").match(/Accepted publickey/g)?.length ?? 0;
    const before = logins();
    const options = { topology: "remote-server", label: "ssh" } as const;
    const stack = kept(await startTerraformStack(options, engineOf(host)));
    expect(await stack.healthy()).toBe(true);
    expect(logins() - before).toBeLessThanOrEqual(4);
    expect(host.log("sshd")).not.toMatch(/MaxStartups/);

    const [server] = await stack.inspect("tracking-server");
    const asked = await execa("docker", ["image", "inspect", server?.Image ?? ""], {
      reject: false,
    });
    expect(asked.stderr).toMatch(/No such image/i);
    expect(await here(stack)).toBe("");

    const client = await clientOf(stack);
    const ledger = await client.workflow(megabytes);
    expect((await client.readBack(ledger, true)).problems).toEqual([]);
    for (const _ of [1, 2]) {
      const shown = await timed("second host: mlstack plan", () => stack.plan());
      expect(shown).toMatchObject({ changes: false });
    }
    const started = await stack.startedAt("tracking-server");
    await timed("second host: deploy over a running stack", () => stack.deploy());
    expect(await stack.startedAt("tracking-server")).toBe(started);
    await stack.down(true);
    expect(await host.docker("ps", "--all", "--quiet")).toBe("");
    expect(await host.docker("volume", "ls", "--quiet")).toBe("");
  });

  test("a server on its loopback is proven, and reached as printed, through a jump host", async () => {
    const options = { topology: "localhost-files", label: "ssh-jump" } as const;
    const engine = loopbackOf(host, "--jump", host.jump);
    const stack = kept(await prepareTerraformStack(options, engine));
    await host.cutConnections();
    const direct = /Accepted publickey for root from 10\.\d+\.\d+\.1 /g;
    const jumps = () => host.log("jump").match(/Accepted publickey/g)?.length ?? 0;
    const plan = await mlstackUntil(["plan", ...stack.words], engine.env);
    expect(plan.exitCode).toBe(0);
    expect(plan.text).toContain("+ make tracking-server");
    expect(jumps()).toBeGreaterThan(0);
    expect(await host.docker("ps", "--all", "--quiet")).toBe("");

    const text = await timed("second host: deploy through a jump host", () => stack.deploy());
    expect(text).toContain("not yet: it listens on 127.0.0.1 of that machine alone");
    expect(host.log("sshd")).toMatch(direct);
    expect((await stack.plan()).changes).toBe(false);

    const [, command = ""] = /^ {2}tunnel +(ssh .*)$/m.exec(text) ?? [];
    expect(command).toContain(`ProxyJump=${host.jump}`);
    const tunnel = execa("sh", ["-c", `exec ${command}`], {
      env: engine.env,
      stdin: "ignore",
      reject: false,
    });
    try {
      await waitUntil("the tunnel", 20, () =>
        fetch(`${stack.url}/health`).then(
          ({ ok }) => ok,
          () => false,
        ),
      );
      const client = await clientOf(stack);
      const ledger = await client.workflow(1);
      expect((await client.readBack(ledger)).problems).toEqual([]);
    } finally {
      tunnel.kill();
      await tunnel;
    }
    await stack.down(true);
  });
});
