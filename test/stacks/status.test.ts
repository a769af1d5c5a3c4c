import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { builtCommand } from "./command.js";
import { fakeDocker } from "./fake-docker.js";

const command = builtCommand();

const container = (Service: string, State = "running", ExitCode = 0) => ({
  Service,
  ID: Service,
  State,
  ExitCode,
  Status: State,
});
const jobs = ["secrets-init", "db-upgrade", "bucket-init"].map((job) => container(job, "exited"));
const servers = ["backend-store", "artifact-store", "tracking-server"];

async function status(states: readonly object[]) {
  const docker = fakeDocker(command.folder(), { states });
  await command.run(["generate", "remote-server", "--out", "a"], docker.options);
  return command.run(["status", "remote-server", "--out", "a"], docker.options);
}

describe.skipIf(process.platform === "win32")("status of containers", () => {
  test("is well with jobs that are done, or whose containers were pruned", async () => {
    const all = servers.map((service) => container(service));
    expect((await status([...all, ...jobs])).exitCode).toBe(0);
    expect((await status(all)).exitCode).toBe(0);
  });

  test.each(servers)("is not well when %s has ended without an error", async (ended) => {
    const states = servers.map((name) => container(name, name === ended ? "exited" : "running"));
    const { exitCode, stdout } = await status([...states, ...jobs]);
    expect(exitCode).toBe(1);
    expect(stdout).toMatch(new RegExp(`^!!  ${ended} +exited$`, "m"));
    expect(stdout).toMatch(/^ok {2}secrets-init +exited$/m);
  });

  test.each(servers)("is not well when %s has no container", async (missing) => {
    const states = servers.filter((name) => name !== missing).map((name) => container(name));
    const { exitCode, stdout } = await status([...states, ...jobs]);
    expect(exitCode).toBe(1);
    expect(stdout).toMatch(new RegExp(`^!!  ${missing} +missing: it has no container$`, "m"));
  });

  test("is not well when a job failed", async () => {
    const states = servers.map((service) => container(service));
    expect((await status([...states, container("bucket-init", "exited", 1)])).exitCode).toBe(1);
  });
});

test("logs of a process refuses services, of which it has none", async () => {
  const cwd = command.folder();
  mkdirSync(join(cwd, "a"));
  writeFileSync(join(cwd, "a/runtime.json"), '{"runtime":"process"}\n');
  const words = ["logs", "localhost-files", "backend-store", "--out", "a"];
  const { exitCode, stderr } = await command.run(words, { cwd });
  expect({ exitCode, stderr }).toStrictEqual({
    exitCode: 2,
    stderr:
      'service: must not be given, because this folder runs one process and no containers; got "backend-store"; leave it out',
  });
});

test("the help does not promise that a unit starts at boot by itself", async () => {
  const { stdout } = await command.run(["up", "--help"]);
  expect(stdout.replaceAll(/\s+/g, " ")).toContain(
    "starts at login (at boot: loginctl enable-linger)",
  );
});
