import { readdirSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { describe, expect, test } from "vitest";
import { builtCommand, filesIn, valuesOf } from "./command.js";

const command = builtCommand();
const out = "mlflow/remote-server";
const generate = (cwd: string, ...flags: string[]) =>
  command.run(["generate", "remote-server", ...flags], { cwd });

/** The folder's files but those that a killed run was writing beside them. */
const wholeFiles = (cwd: string): Record<string, string> =>
  Object.fromEntries(
    Object.entries(filesIn(join(cwd, out))).filter(([path]) => !path.endsWith(".partial")),
  );

/** 25 moments from 20 to 200 ms after the start. */
const moments = Array.from({ length: 25 }, (_, index) => 20 + Math.round((index * 180) / 24));

describe("generate that is killed", () => {
  test("leaves each file as it was or as it shall be", { timeout: 120_000 }, async () => {
    const cwd = command.folder();
    await generate(cwd, "--port", "5001");
    const old = wholeFiles(cwd);
    await generate(cwd, "--port", "5002", "--profile", "medium");
    const changed = wholeFiles(cwd);
    for (const moment of moments) {
      await generate(cwd, "--port", "5001", "--profile", "n100");
      const before = wholeFiles(cwd);
      const words = ["generate", "remote-server", "--port", "5002", "--profile", "medium"];
      const running = command.start(words, { cwd });
      await sleep(moment);
      running.kill("SIGKILL");
      await running;
      const after = wholeFiles(cwd);
      expect(Object.keys(after)).toStrictEqual(Object.keys(before));
      for (const [path, text] of Object.entries(after)) {
        expect([before[path], changed[path]], path).toContain(text);
      }
    }
    await generate(cwd, "--port", "5002", "--profile", "medium");
    expect(wholeFiles(cwd)).toStrictEqual(changed);
    expect(changed[".env"]).toBe(old[".env"]);
  });

  test(
    "in an empty folder can be run again, with the same secrets",
    { timeout: 120_000 },
    async () => {
      for (const moment of moments.filter((_, index) => index % 3 === 0)) {
        const cwd = command.folder();
        const running = command.start(["generate", "remote-server"], { cwd });
        await sleep(moment);
        running.kill("SIGKILL");
        await running;
        const left = wholeFiles(cwd);
        const { exitCode } = await generate(cwd);
        const files = wholeFiles(cwd);
        expect(exitCode).toBe(0);
        for (const [path, text] of Object.entries(left)) expect(files[path], path).toBe(text);
        expect((await generate(cwd)).stdout).toBe(`${out}: nothing changes`);
      }
    },
  );
});

test("two runs at once in an empty folder agree or one says so", { timeout: 120_000 }, async () => {
  for (let round = 0; round < 10; round += 1) {
    const cwd = command.folder();
    const both = await Promise.all([generate(cwd), generate(cwd)]);
    const failed = both.filter(({ exitCode }) => exitCode !== 0);
    expect(failed.length).toBeLessThanOrEqual(1);
    for (const { exitCode, stderr } of failed) {
      expect(exitCode).toBe(2);
      expect(stderr).toMatch(
        /\/\.env: was made by another run at the same moment; run the command again$/,
      );
    }
    const values = valuesOf(join(cwd, out, ".env"));
    expect(Object.values(values).every((value) => /^[A-Za-z0-9]{12,32}$/.test(value))).toBe(true);
    expect(Object.keys(values)).toHaveLength(10);
    expect(readdirSync(join(cwd, out)).filter((name) => name.endsWith(".partial"))).toStrictEqual(
      [],
    );
    expect((await generate(cwd)).exitCode).toBe(0);
    expect((await generate(cwd)).stdout).toBe(`${out}: nothing changes`);
    expect(valuesOf(join(cwd, out, ".env"))).toStrictEqual(values);
  }
});
