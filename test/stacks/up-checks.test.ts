import { existsSync, writeFileSync } from "node:fs";
import { createServer, type AddressInfo } from "node:net";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { builtCommand, filesIn } from "./command.js";
import { fakeDocker, type FakeEngine } from "./fake-docker.js";

const command = builtCommand();
const server = createServer();
beforeAll(() => new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve)));
afterAll(() => server.close());

async function up(engine: FakeEngine, runtime: string, ...flags: string[]) {
  const docker = fakeDocker(command.folder(), engine);
  const { port } = server.address() as AddressInfo;
  const words = ["up", "localhost-files", "--out", "a", "--port", String(port)];
  const ran = await command.run([...words, "--runtime", runtime, ...flags], docker.options);
  return { ...ran, port, docker, cwd: docker.options.cwd };
}

const desktop = { operatingSystem: "Docker Desktop" };
const remote = { endpoint: "ssh://somewhere", does: { up: "exit 1" } };

describe.skipIf(process.platform === "win32")("a port that is taken", () => {
  test.each<[string, FakeEngine, string]>([
    ["an engine of this machine", {}, "docker"],
    ["Docker Desktop", desktop, "docker"],
    ["a process", {}, "process"],
  ])("is found before anything is written: %s", async (_, engine, runtime) => {
    const { exitCode, stderr, port, cwd } = await up(engine, runtime);
    expect(exitCode).toBe(2);
    expect(stderr).toContain(
      `MLFLOW_PORT: must be a free port; ${port} on 127.0.0.1 is taken by another program`,
    );
    expect(stderr).toContain(`such as --port ${port + 1}`);
    expect(filesIn(join(cwd, "a"))).toStrictEqual({});
  });

  test("is no matter to an engine elsewhere", async () => {
    expect((await up(remote, "docker")).docker.asked()).toContain("up");
  });
});

describe.skipIf(process.platform === "win32")("Docker Desktop", () => {
  const port = ["--port", "45873"];

  test("gets the data directory made, whoever owns it", async () => {
    const data = join(command.folder(), "new/data");
    const { docker } = await up(desktop, "docker", ...port, "--data-directory", data);
    expect(docker.asked()).toContain("up");
    expect(existsSync(data)).toBe(true);
  });

  test("has the memory of its own machine", async () => {
    const { exitCode, stderr } = await up({ ...desktop, memoryMiB: 800 }, "docker", ...port);
    expect(exitCode).toBe(2);
    expect(stderr).toMatch(
      /MLSTACK_PROFILE: "n100" starts with \d+ MiB .*has 800 MiB; end something/,
    );
  });
});

test.skipIf(process.platform === "win32")(
  "a wrong port leaves no data directory behind",
  async () => {
    const data = join(command.folder(), "data");
    await up({}, "docker", "--data-directory", data);
    expect(existsSync(data)).toBe(false);
  },
);

test.skipIf(process.platform === "win32")(
  "a data directory that cannot be made ends a process before anything is written",
  async () => {
    const file = join(command.folder(), "file");
    writeFileSync(file, "");
    const data = join(file, "data");
    const { exitCode, stderr, cwd } = await up({}, "process", "--data-directory", data);
    expect(exitCode).toBe(2);
    expect(stderr).toContain(
      `MLSTACK_DATA_DIRECTORY: must be a folder you can write to; "${data}"`,
    );
    expect(filesIn(join(cwd, "a"))).toStrictEqual({});
  },
);
