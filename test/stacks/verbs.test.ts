import { chmodSync, mkdirSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { describe, expect, test } from "vitest";
import { builtCommand, filesIn, type Ran } from "./command.js";

const command = builtCommand();
const noDocker = "there is no docker command on PATH";

/** The last line, after what the steps showed. */
const sentence = ({ stderr }: Ran): string => stderr.trim().split("\n").at(-1) ?? "";

describe("up where Docker is needed writes nothing and says why", () => {
  const atom = "remote-server";
  test.each<[string, readonly string[], string]>([
    [
      "remote-server as a process",
      [atom, "--runtime", "process"],
      'topology: "remote-server" needs Docker, because several people depend on it and PostgreSQL runs beside it; install Docker, or use "localhost-database"',
    ],
    [
      "remote-server without Docker",
      [atom],
      `topology: "remote-server" needs Docker, and ${noDocker}; install or start Docker, or use "localhost-database"`,
    ],
    [
      "Docker asked for",
      ["localhost-files", "--runtime", "docker"],
      `MLSTACK_RUNTIME: must be able to use Docker; ${noDocker}; start Docker and run this again`,
    ],
    [
      "Docker asked for in an env file",
      ["localhost-files", "-e", "my.env"],
      `MLSTACK_RUNTIME: must be able to use Docker; ${noDocker}; start Docker and run this again`,
    ],
    [
      "PostgreSQL as a process",
      ["localhost-database", "--set", "MLSTACK_BACKEND_STORE=postgres"],
      'MLSTACK_BACKEND_STORE: "postgres" runs in a container of its own; use --runtime docker, or another kind',
    ],
  ])("%s", async (_, words, message) => {
    const cwd = command.folder();
    writeFileSync(join(cwd, "my.env"), "MLSTACK_RUNTIME=docker\n");
    const ran = await command.run(["up", ...words], { cwd });
    expect(ran.exitCode).toBe(2);
    expect(sentence(ran)).toBe(message);
    expect(Object.keys(filesIn(cwd))).toStrictEqual(["my.env"]);
  });

  test("an unknown option", async () => {
    const { exitCode, stderr } = await command.run(["up", "localhost-files", "--runtme", "docker"]);
    expect(exitCode).toBe(2);
    expect(stderr).toContain("error: unknown option '--runtme'\n(Did you mean --runtime?)");
  });
});

describe.each(["status", "logs", "down"])("%s", (verb) => {
  test("of a folder that was never written is refused", async () => {
    const cwd = command.folder();
    const { exitCode, stdout, stderr } = await command.run([verb, "localhost-files"], { cwd });
    const out = join(cwd, "mlflow/localhost-files");
    expect({ exitCode, stdout, stderr }).toStrictEqual({
      exitCode: 2,
      stdout: "",
      stderr: `--out: must be a folder that mlstack wrote; there is no docker-compose.yml in "${out}"`,
    });
    expect(filesIn(cwd)).toStrictEqual({});
  });

  test("without Docker fails and does not claim that nothing runs", async () => {
    const cwd = command.folder();
    await command.run(["generate", "localhost-files"], { cwd });
    const { exitCode, stdout, stderr } = await command.run([verb, "localhost-files"], { cwd });
    expect({ exitCode, stdout }).toStrictEqual({ exitCode: 1, stdout: "" });
    expect(stderr).toBe(`docker compose ${verb === "status" ? "ps" : verb} failed: ${noDocker}`);
  });

  test("of a topology that there is not is refused", async () => {
    const { exitCode, stderr } = await command.run([verb, "localhost-file"]);
    expect(exitCode).toBe(2);
    expect(stderr).toMatch(/^topology: must be "localhost-files" or .*; got "localhost-file"$/);
  });
});

/** A `docker` that prints its words and does what the shell lines say. */
async function withDocker(lines: string): Promise<{ cwd: string; env: Record<string, string> }> {
  const cwd = command.folder();
  const bin = join(cwd, "bin");
  mkdirSync(bin);
  writeFileSync(join(bin, "docker"), `#!/bin/sh\n${lines}\n`);
  chmodSync(join(bin, "docker"), 0o755);
  await command.run(["generate", "localhost-files"], { cwd });
  return { cwd, env: { PATH: `${bin}:${dirname(process.execPath)}:/usr/bin:/bin` } };
}

describe.skipIf(process.platform === "win32")("with a docker command", () => {
  test("logs shows what the containers wrote", async () => {
    const options = await withDocker('shift 5; echo "docker: $*"');
    const words = ["logs", "localhost-files", "tracking-server", "--tail", "5"];
    const { exitCode, stdout } = await command.run(words, options);
    expect({ exitCode, stdout }).toStrictEqual({
      exitCode: 0,
      stdout: "docker: logs --tail 5 tracking-server",
    });
  });

  test("logs fails with docker's own words", async () => {
    const options = await withDocker('echo "no such service: x" >&2; exit 1');
    const { exitCode, stderr } = await command.run(["logs", "localhost-files", "x"], options);
    expect({ exitCode, stderr }).toStrictEqual({ exitCode: 1, stderr: "no such service: x" });
  });

  test("status of a folder that is stopped says so and exits 1", async () => {
    const options = await withDocker("exit 0");
    const { exitCode, stdout } = await command.run(["status", "localhost-files"], options);
    expect({ exitCode, stdout }).toStrictEqual({ exitCode: 1, stdout: "Nothing runs." });
  });

  test.each([
    ["running", "healthy", 0],
    ["running", "unhealthy", 1],
    ["running", "starting", 1],
    ["exited", "", 1],
  ])("status of a server that is %s %s exits %i", async (state, health, exitCode) => {
    const row = {
      Service: "tracking-server",
      ID: "abc",
      State: state,
      Health: health,
      ExitCode: 0,
      Status: "Up",
    };
    const options = await withDocker(
      `case "$*" in *stats*) printf 'abc\\t200MiB / 1GiB\\n' ;; *) echo '${JSON.stringify(row)}' ;; esac`,
    );
    const ran = await command.run(["status", "localhost-files"], options);
    expect(ran.exitCode).toBe(exitCode);
    expect(ran.stdout).toContain("tracking-server");
  });

  test("status fails where the engine does not answer", async () => {
    const options = await withDocker('echo "Cannot connect to the Docker daemon" >&2; exit 1');
    const { exitCode, stdout, stderr } = await command.run(["status", "localhost-files"], options);
    expect({ exitCode, stdout, stderr }).toStrictEqual({
      exitCode: 1,
      stdout: "",
      stderr: "docker compose ps failed: Cannot connect to the Docker daemon",
    });
  });
});

describe("down --delete-data", () => {
  test("without a terminal needs --yes, and stops nothing without it", async () => {
    const cwd = command.folder();
    await command.run(["generate", "localhost-files"], { cwd });
    const words = ["down", "localhost-files", "--delete-data"];
    const { exitCode, stderr } = await command.run(words, { cwd });
    expect({ exitCode, stderr }).toStrictEqual({
      exitCode: 2,
      stderr:
        "--delete-data: needs --yes where there is no terminal to ask; every experiment is lost",
    });
  });
});

test("logs refuses a number of lines that is none", async () => {
  const { exitCode, stderr } = await command.run(["logs", "localhost-files", "--tail", "all"]);
  expect({ exitCode, stderr }).toStrictEqual({
    exitCode: 2,
    stderr: '--tail: must be a whole number; got "all"',
  });
});
