import { mkdirSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { execa } from "execa";
import { delimiter, join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { images } from "../../constructs/mlflow/index.js";
import { temporaryFolder } from "../helpers/e2e/mlstack.js";
import { startSecondHost, type SecondHost } from "../helpers/e2e/second-host.js";
import { describeWithSecondHost } from "../helpers/e2e/second-host/available.js";
import { engineOf, mlstackUntil } from "../helpers/e2e/second-host/engine.js";
import { prepareTerraformStack, type TerraformStack } from "../helpers/e2e/terraform-stack.js";

describeWithSecondHost("deploy looks at a second host before it changes anything", () => {
  let host: SecondHost;
  let stack: TerraformStack;
  let folder: string;

  /** Everything there, and in the output folder. */
  const everything = async (): Promise<readonly string[]> => [
    await host.docker("ps", "--all", "--format", "{{.ID}} {{.Names}} {{.State}}"),
    await host.docker("volume", "ls", "--quiet"),
    await host.docker("network", "ls", "--no-trunc"),
    readdirSync(stack.out).join(" "),
  ];

  /** What `deploy` says when it refuses, which it does without a trace. */
  const refused = async (env: Readonly<Record<string, string>>): Promise<string> => {
    const before = await everything();
    const { exitCode, text } = await mlstackUntil(["deploy", ...stack.words, "--yes"], env);
    expect(exitCode).toBe(2);
    expect(await everything()).toEqual(before);
    return text;
  };

  /** An `ssh` with other settings than those that work. */
  const sshWith = (name: string, ...settings: string[]): { PATH: string } => {
    const bin = join(folder, name);
    mkdirSync(bin);
    const lines = ["Host *", "BatchMode yes", "IdentitiesOnly yes", ...settings];
    writeFileSync(join(bin, "config"), `${lines.join("\n")}\n`);
    const wrapper = `#!/bin/sh\nexec /usr/bin/ssh -F '${join(bin, "config")}' "$@"\n`;
    writeFileSync(join(bin, "ssh"), wrapper, { mode: 0o755 });
    return { PATH: `${bin}${delimiter}${host.env.PATH}` };
  };

  beforeAll(async () => {
    host = await startSecondHost();
    await host.loadImages([images.postgres]);
    folder = temporaryFolder("ssh-settings");
    const options = { topology: "remote-server", label: "ssh-preflight" } as const;
    stack = await prepareTerraformStack(options, engineOf(host));
    // Makes the folder with the configuration, which is made at every look.
    await mlstackUntil(["plan", ...stack.words], engineOf(host).env);
  });
  afterAll(async () => {
    await host?.restoreConnections();
    await host?.stop();
    for (const made of [folder, stack?.out]) if (made) rmSync(made, { recursive: true });
  });

  test("a port and names that others have are told in one list, with the way out", async () => {
    const { name } = stack;
    const port = new URL(stack.url).port;
    const sleep = ["--entrypoint", "sleep", images.postgres, "600"];
    const run = (...words: string[]) => host.docker("run", "--detach", ...words, ...sleep);
    const project = "com.docker.compose.project=" + name;
    const ids = [
      await run("--name", "taker", "--publish", `${host.address}:${port}:80`),
      await run("--name", `${name}-old`, "--label", project),
      await run(
        ...["--name", stack.container("backend-store")],
        ...["--label", "mlflow-stacks.deployment=other", "--label", "mlflow-stacks.stack=lab"],
      ),
    ];
    const text = await refused(engineOf(host).env);
    const port22 = `root@${host.address}:22`;
    expect(text).toContain(
      `MLFLOW_PORT: must be a free port; ${port} on ${host.address} of "${port22}" is taken by the container taker`,
    );
    expect(text).toContain(`used on "${port22}" by the Compose project "${name}"`);
    expect(text).toContain(
      `has a container ${stack.container("backend-store")} of the deployment "other" of the stack "lab"`,
    );
    await host.docker("rm", "--force", ...ids);
  });

  test("a key that it does not know", async () => {
    await host.cutConnections();
    const key = join(folder, "other-key");
    await execa("ssh-keygen", ["-q", "-t", "ed25519", "-N", "", "-f", key]);
    const known = `UserKnownHostsFile ${host.knownHostsFile}`;
    const text = await refused(sshWith("wrong-key", `IdentityFile ${key}`, known));
    expect(text).toContain("does not accept your ssh key; bring it there: ssh-copy-id");
  });

  test("a host key that is not known here", async () => {
    await host.cutConnections();
    const none = ["UserKnownHostsFile none", "GlobalKnownHostsFile none"];
    const text = await refused(sshWith("no-hosts", `IdentityFile ${host.keyFile}`, ...none));
    expect(text).toContain("is not known here; run once: ssh");
  });

  test("a host that refuses, and one that is off", async () => {
    await host.refuseConnections();
    expect(await refused(engineOf(host).env)).toContain("refuses connections: no ssh server");
    await host.silenceConnections();
    const start = performance.now();
    expect(await refused(engineOf(host).env)).toContain("did not answer in time over ssh");
    expect(performance.now() - start).toBeLessThan(40_000);
    await host.restoreConnections();
  });
});
