import { existsSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { describe, expect, test } from "vitest";
import { builtCommand, filesIn, valuesOf } from "./command.js";
import { fakeDocker, type FakeDocker, type FakeEngine } from "./fake-docker.js";

const command = builtCommand();
const words = ["up", "remote-server", "--out", "a", "--port", "45874", "--runtime", "docker"];

/** How often `text` stands in what a command printed. */
const count = (said: string, text: string): number => said.split(text).length - 1;

describe.skipIf(process.platform === "win32")("a failed up", () => {
  test("says once why, without a terminal", async () => {
    const docker = fakeDocker(command.folder(), { does: { up: "echo no room >&2; exit 1" } });
    const { exitCode, stdout, stderr } = await command.run(words, docker.options);
    expect(exitCode).toBe(1);
    expect(count(stdout + stderr, "no room")).toBe(1);
    expect(stderr.trim().split("\n").at(-1)).toBe("docker compose up failed: no room");
    expect(stderr).toContain("Start");
  });

  test("shows a container's last lines without the secrets of .env", async () => {
    const engine = {
      states: [{ Service: "backend-store", ID: "1", State: "exited", ExitCode: 1 }],
      does: { up: "exit 1", logs: "echo connecting; cat a/.env" },
    };
    const docker = fakeDocker(command.folder(), engine);
    const { stderr } = await command.run(words, docker.options);
    expect(stderr).toContain("backend-store did not come up. It said last:\nconnecting");
    expect(stderr).toContain("POSTGRES_PASSWORD=***");
    const secrets = Object.entries(valuesOf(join(docker.options.cwd, "a/.env")));
    for (const [name, value] of secrets.filter(([key]) => key !== "MLSTACK_SECRETS_REVISION")) {
      expect(stderr, name).not.toContain(value);
    }
  });

  test("shows a failed build without the secrets of .env", async () => {
    const engine = { images: false, does: { build: "cat a/.env; exit 1" } };
    const docker = fakeDocker(command.folder(), engine);
    const { stderr } = await command.run(words, docker.options);
    expect(stderr).toContain("could not build the tracking server's image");
    const { POSTGRES_PASSWORD = "" } = valuesOf(join(docker.options.cwd, "a/.env"));
    expect(stderr).not.toContain(POSTGRES_PASSWORD);
  });
});

describe.skipIf(process.platform === "win32")("an up after one that was killed", () => {
  test("makes containers anew that were never started, and no others", async () => {
    const state = (ID: string, State: string) => ({ Service: "secrets-init", ID, State });
    const states = [state("1", "created"), state("2", "exited"), state("3", "created")];
    const docker = fakeDocker(command.folder(), { states, does: { up: "exit 1" } });
    await command.run(words, docker.options);
    const asked = docker.asked();
    expect(asked.indexOf("rm 1 3")).toBeGreaterThanOrEqual(0);
    expect(asked.indexOf("rm 1 3")).toBeLessThan(asked.indexOf("up"));
  });
});

/** Starts the command, and interrupts it once docker sleeps. */
async function interrupt(engine: FakeEngine, signal: NodeJS.Signals) {
  const docker: FakeDocker = fakeDocker(command.folder(), engine);
  const { cwd } = docker.options;
  const running = command.start(words, docker.options);
  while (!existsSync(join(cwd, "sleeps"))) await sleep(20);
  const begin = performance.now();
  running.kill(signal);
  const { exitCode, stderr } = await running;
  return { exitCode, stderr: String(stderr), cwd, seconds: (performance.now() - begin) / 1000 };
}

const sleeps = "touch sleeps; sleep 20";

describe.skipIf(process.platform === "win32").each(["SIGINT", "SIGTERM"] as const)(
  "%s",
  (signal) => {
    test.each<[string, FakeEngine, boolean]>([
      ["the engine is asked", { does: { info: sleeps } }, false],
      ["the image is built", { images: false, does: { build: sleeps } }, true],
      ["containers start", { does: { up: sleeps } }, true],
      ["docker does not listen", { does: { up: `trap '' TERM INT; ${sleeps}` } }, true],
    ])("while %s ends up soon, and says how to go on", async (_, engine, written) => {
      const { exitCode, stderr, cwd, seconds } = await interrupt(engine, signal);
      expect(exitCode).toBe(1);
      expect(count(stderr, "Stopped. Run the same command again to go on.")).toBe(1);
      expect(stderr.trim()).toMatch(/go on\.$/);
      expect(stderr).not.toMatch(/abort/i);
      expect(seconds).toBeLessThan(4);
      const files = Object.keys(filesIn(join(cwd, "a")));
      expect(files.includes(".env")).toBe(written);
      expect(files.filter((name) => name.endsWith(".partial"))).toStrictEqual([]);
    });
  },
);
