import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { builtCommand, filesIn } from "./command.js";
import { fakeDocker, type FakeDocker } from "./fake-docker.js";

const command = builtCommand();
const name = "mlflow-localhost-files";
const up = (docker: FakeDocker, runtime: string, ...flags: string[]) =>
  command.run(
    ["up", "localhost-files", "--out", "a", "--port", "45872", "--runtime", runtime, ...flags],
    docker.options,
  );

/** Only node and docker: a process finds no Python. */
function withoutPython(docker: FakeDocker): FakeDocker {
  const { cwd } = docker.options;
  const bin = join(cwd, "only");
  mkdirSync(bin);
  for (const program of ["docker", "node"]) {
    const path = program === "node" ? process.execPath : join(cwd, "bin/docker");
    writeFileSync(join(bin, program), `#!/bin/sh\nexec "${path}" "$@"\n`, { mode: 0o755 });
  }
  return { ...docker, options: { ...docker.options, env: { PATH: bin } } };
}

describe.skipIf(process.platform === "win32")("a first run that fails", () => {
  test("without Python writes nothing, and Docker may be used then", async () => {
    const docker = withoutPython(fakeDocker(command.folder()));
    const { exitCode, stderr } = await up(docker, "process");
    expect(exitCode).toBe(2);
    expect(stderr).toContain("python: must be CPython 3.10 or newer; got none on PATH");
    expect(filesIn(join(docker.options.cwd, "a"))).toStrictEqual({});
    await up(docker, "docker");
    expect(docker.asked()).toContain("up");
  });

  test("to build binds the folder to nothing", async () => {
    const engine = { images: false, does: { build: "echo no route >&2; exit 1" } };
    const docker = withoutPython(fakeDocker(command.folder(), engine));
    expect((await up(docker, "docker")).exitCode).toBe(1);
    expect(existsSync(join(docker.options.cwd, "a/runtime.json"))).toBe(false);
    expect((await up(docker, "process")).stderr).toContain("python: must be CPython");
  });

  test("to start binds the folder while there is something of it", async () => {
    const docker = withoutPython(fakeDocker(command.folder(), { does: { up: "exit 1" } }));
    const out = join(docker.options.cwd, "a");
    expect((await up(docker, "docker")).exitCode).toBe(1);
    expect(readFileSync(join(out, "runtime.json"), "utf8")).toContain("docker");
    for (const engine of [
      { containers: { [name]: out } },
      { volumes: [`${name}_tracking-server-data`] },
      { does: { info: "echo down >&2; exit 1" } },
    ]) {
      docker.become(engine);
      const { exitCode, stderr } = await up(docker, "process");
      expect(exitCode).toBe(2);
      expect(stderr).toContain(`MLSTACK_RUNTIME: must stay "docker" for "${out}"`);
    }
    docker.become({});
    expect((await up(docker, "process")).stderr).toContain("python: must be CPython");
  });
});

describe.skipIf(process.platform === "win32")("a data directory of the user's", () => {
  test("is left by Docker before a process takes it", async () => {
    const docker = withoutPython(fakeDocker(command.folder(), { does: { up: "exit 1" } }));
    const { cwd } = docker.options;
    const flags = ["--data-directory", join(cwd, "data")];
    await up(docker, "docker", ...flags);
    docker.become({ containers: { [name]: join(cwd, "a") } });
    const { exitCode, stderr } = await up(docker, "process", ...flags);
    expect(exitCode).toBe(2);
    expect(stderr).toMatch(
      /MLSTACK_RUNTIME: must stay "docker" while ".*\/a" has containers; .*first run: node .* down localhost-files --out .*\/a$/m,
    );
    docker.become({ does: { info: "echo down >&2; exit 1" } });
    expect((await up(docker, "process", ...flags)).stderr).toContain("start Docker; two servers");
    docker.become({});
    expect((await up(docker, "process", ...flags)).stderr).toContain("python: must be CPython");
  });

  test("is left by the process before Docker takes it", async () => {
    const docker = fakeDocker(command.folder());
    const { cwd } = docker.options;
    const data = join(cwd, "data");
    mkdirSync(join(cwd, "a/process"), { recursive: true });
    mkdirSync(data);
    writeFileSync(join(data, "mlflow.db"), "x");
    writeFileSync(join(cwd, "a/runtime.json"), '{"runtime":"process"}\n');
    const state = { pid: 1, identity: "", data, unit: "mlflow-fix.service" };
    writeFileSync(join(cwd, "a/process/state.json"), JSON.stringify(state));
    const { exitCode, stderr } = await up(docker, "docker", "--data-directory", data);
    expect(exitCode).toBe(2);
    expect(stderr).toMatch(/must stay "process" while the server of .* runs; .*first run: node/);
    expect(docker.asked()).not.toContain("up");
  });
});

test.skipIf(process.platform === "win32")("--systemd without one writes nothing", async () => {
  const docker = withoutPython(fakeDocker(command.folder()));
  const { exitCode, stderr } = await up(docker, "process", "--systemd");
  expect(exitCode).toBe(2);
  expect(stderr).toContain("systemd: needs a user session of systemd");
  expect(filesIn(join(docker.options.cwd, "a"))).toStrictEqual({});
});

test.skipIf(process.platform === "win32")("--systemd with Docker is refused", async () => {
  const docker = fakeDocker(command.folder());
  const { exitCode, stderr } = await up(docker, "auto", "--systemd");
  expect(exitCode).toBe(2);
  expect(stderr).toContain(
    "--systemd: needs --runtime process; with Docker the containers start again by themselves",
  );
  expect(filesIn(join(docker.options.cwd, "a"))).toStrictEqual({});
});
