import { existsSync } from "node:fs";
import { createServer } from "node:net";
import { join, resolve } from "node:path";
import { afterEach, expect, test, vi } from "vitest";
import { alone, longest } from "./lanes.js";

const folder = resolve(import.meta.dirname, "../../e2e");

/** The module as a worker of Vitest has it. */
const portsOf = async (worker: number): Promise<typeof import("./ports.js")> => {
  vi.stubEnv("VITEST_POOL_ID", String(worker));
  vi.resetModules();
  return import("./ports.js");
};

afterEach(() => vi.unstubAllEnvs());

test.each([...alone, ...longest])("%s is a file of tests", (name) => {
  expect(existsSync(join(folder, `${name}.test.ts`))).toBe(true);
});

test("two files side by side get ports of different ranges, and each port once", async () => {
  const ranges: number[][] = [];
  for (const worker of [1, 2]) {
    const { freePort } = await portsOf(worker);
    const ports: number[] = [];
    for (let count = 0; count < 200; count += 1) ports.push(await freePort());
    expect(new Set(ports).size).toBe(ports.length);
    ranges.push(ports.map((port) => Math.floor((port - 20_000) / 2_500)));
  }
  expect(ranges.map((range) => [...new Set(range)])).toEqual([[1], [2]]);
});

test("a port that something listens on is not given", async () => {
  const { freePort } = await portsOf(3);
  const taken = (await freePort()) + 1;
  const server = createServer();
  await new Promise<void>((fulfil) => server.listen(taken, "127.0.0.1", fulfil));
  expect(await freePort()).not.toBe(taken);
  await new Promise((fulfil) => server.close(fulfil));
});
