import { execa } from "execa";
import { readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { images } from "../../constructs/mlflow/index.js";
import { parseDotenv } from "../../env/dotenv.js";
import { OutsideClient } from "../helpers/e2e/client.js";
import { mlstack, temporaryFolder } from "../helpers/e2e/mlstack.js";
import { freePort } from "../helpers/e2e/ports.js";
import { deploymentName, timed } from "../helpers/e2e/running-stack.js";
import { startSecondHost, type SecondHost } from "../helpers/e2e/second-host.js";
import { describeWithSecondHost } from "../helpers/e2e/second-host/available.js";
import { removeBuilt } from "../helpers/e2e/second-host/engine.js";

const megabytes = 20;

/** A folder, and the words that make `mlstack` write it for the second host. */
interface Lab {
  readonly out: string;
  readonly name: string;
  readonly url: string;
  readonly words: readonly string[];
}

describeWithSecondHost("Compose on a second host by ssh", () => {
  let host: SecondHost;
  let env: Record<string, string>;
  const folders: string[] = [];

  beforeAll(async () => {
    host = await startSecondHost();
    env = { ...host.env, DOCKER_HOST: host.sshUrl };
    await host.loadImages(Object.values(images));
  });
  afterAll(async () => {
    await host?.stop();
    for (const folder of folders) rmSync(folder, { recursive: true, force: true });
  });

  const lab = async (label: string): Promise<Lab> => {
    const out = temporaryFolder(label);
    folders.push(out);
    const port = String(await freePort());
    const name = deploymentName(label);
    const url = `http://${host.address}:${port}`;
    const place = ["--host", host.address, "--public-url", url];
    const words = ["remote-server", "--out", out, "--name", name, "--port", port, ...place];
    return { out, name, url, words };
  };

  const compose = async ({ out }: Lab, ...words: string[]): Promise<string> => {
    const options = { cwd: out, env, stdin: "ignore", timeout: 10 * 60_000 } as const;
    return (await execa("docker", ["compose", ...words], options)).stdout;
  };

  /** Containers of the deployment, by `docker` with these words before. */
  const containers = async ({ name }: Lab, ask: (...words: string[]) => Promise<string>) => {
    const filter = `label=com.docker.compose.project=${name}`;
    return (await ask("ps", "--all", "--quiet", "--filter", filter)).split("\n").filter(Boolean);
  };

  const here = async (...words: string[]): Promise<string> => (await execa("docker", words)).stdout;

  const proveFromOutside = async ({ out, url }: Lab): Promise<void> => {
    const { values } = parseDotenv(readFileSync(join(out, ".env"), "utf8"));
    const password = values["MLFLOW_AUTH_ADMIN_PASSWORD"] ?? "";
    const client = await OutsideClient.of({ url, username: "admin", password });
    const ledger = await client.workflow(megabytes);
    expect((await client.readBack(ledger)).problems).toEqual([]);
  };

  test("docker compose runs the files of generate there, with no folder of this machine", async () => {
    const made = await lab("second-host-compose");
    await mlstack(["generate", ...made.words]);
    const { services } = JSON.parse(await compose(made, "config", "--format", "json")) as {
      services: Record<string, { volumes?: { type: string }[] }>;
    };
    const mounts = Object.values(services).flatMap(({ volumes = [] }) => volumes);
    expect(new Set(mounts.map(({ type }) => type))).toEqual(new Set(["volume"]));

    await timed("second host: build", () => compose(made, "build", "--quiet", "tracking-server"));
    await timed("second host: compose up", () => compose(made, "up", "-d", "--wait"));
    expect(await containers(made, host.docker)).toHaveLength(6);
    expect(await containers(made, here)).toEqual([]);
    await proveFromOutside(made);
    await compose(made, "down", "--volumes");
    expect(await containers(made, host.docker)).toEqual([]);
  });

  test("mlstack up starts it there, proves it by its address, and finds it again", async () => {
    const made = await lab("second-host-up");
    const words = ["up", ...made.words];
    await removeBuilt(host);
    const { all } = await timed("second host: mlstack up", () => mlstack(words, env));
    expect(all).toContain("building; the first time takes a minute or two");
    expect(all).toContain(`MLflow answers at ${made.url}`);
    await proveFromOutside(made);

    const before = await containers(made, host.docker);
    await timed("second host: mlstack up over a running stack", () => mlstack(words, env));
    expect(await containers(made, host.docker)).toEqual(before);
    const folder = ["remote-server", "--out", made.out];
    expect((await mlstack(["status", ...folder], env)).all).toContain("tracking-server");
    await mlstack(["down", ...folder, "--delete-data", "--yes"], env);
    expect(await containers(made, host.docker)).toEqual([]);
    expect(await host.docker("volume", "ls", "--quiet")).toBe("");
  });

  test("mlstack up proves a server on the host's loopback address through ssh", async () => {
    const out = temporaryFolder("second-host-loopback");
    folders.push(out);
    const port = String(await freePort());
    const flags = ["--out", out, "--name", deploymentName("second-host-loopback"), "--port", port];
    const { all } = await mlstack(["up", "localhost-files", ...flags], env);
    expect(all).toContain(`root@${host.address} -N -L ${port}:127.0.0.1:${port}`);
    await mlstack(["down", "localhost-files", "--out", out, "--delete-data", "--yes"], env);
  });
});
