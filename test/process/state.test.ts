import { spawn } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, utimesSync, writeFileSync } from "node:fs";
import { existsSync, readFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { processStatus, stopProcess } from "../../stacks/process/index.js";
import { withLock } from "../../stacks/process/lock.js";
import { inspectProcess } from "../../stacks/process/process-table.js";
import { writeState, type ProcessState } from "../../stacks/process/state.js";

let out: string;
beforeEach(() => {
  out = mkdtempSync(join(tmpdir(), "mlstack state "));
});
afterEach(() => rmSync(out, { recursive: true, force: true }));

const state = (fields: Partial<ProcessState>): ProcessState => ({
  pid: process.pid,
  identity: "another",
  url: "http://127.0.0.1:5055",
  listener: { host: "127.0.0.1", port: 5055 },
  log: "/log",
  data: "/data",
  startedAt: "2026-01-02T03:04:05.000Z",
  fingerprint: "0",
  stopGraceSeconds: 1,
  ...fields,
});

const stopped = {
  state: "stopped",
  url: "http://127.0.0.1:5055",
  log: "/log",
  data: "/data",
};

/** A program with the server's script among its words, as the server has. */
function sleeper(...words: string[]) {
  const child = spawn(process.execPath, ["-e", "setInterval(() => {}, 1000)", "--", ...words], {
    stdio: "ignore",
  });
  return { pid: child.pid as number, ended: new Promise((resolve) => child.once("exit", resolve)) };
}

const identityOf = (pid: number): string => inspectProcess(pid)?.identity ?? "";

test("knows a folder in which nothing was started", async () => {
  expect(processStatus(out)).toStrictEqual({ state: "none" });
  expect(await stopProcess(out)).toBe(false);
});

test("is not fooled by another process with the recorded pid", async () => {
  const other = sleeper(`${out}/tracking-server/run.py`);
  writeState(out, state({ pid: other.pid, identity: "started at another time" }));
  expect(processStatus(out)).toStrictEqual(stopped);
  expect(await stopProcess(out)).toBe(false);
  expect(inspectProcess(other.pid)).toBeDefined();
  process.kill(other.pid);
  await other.ended;
});

test("is not fooled by another program that started at the recorded time", async () => {
  const other = sleeper("something-else");
  writeState(out, state({ pid: other.pid, identity: identityOf(other.pid) }));
  expect(processStatus(out)).toStrictEqual(stopped);
  process.kill(other.pid);
  await other.ended;
});

test("stops the process that it recorded", async () => {
  const server = sleeper(`${out}/tracking-server/run.py`);
  writeState(out, state({ pid: server.pid, identity: identityOf(server.pid) }));
  expect(processStatus(out)).toMatchObject({ state: "running", pid: server.pid });
  expect(await stopProcess(out)).toBe(true);
  await server.ended;
  expect(processStatus(out)).toStrictEqual(stopped);
});

const lock = () => join(out, "process", "lock");

function leaveLock(text: string): void {
  mkdirSync(join(out, "process"), { recursive: true });
  writeFileSync(lock(), text);
}

test("lets one command work at a time", async () => {
  const order: string[] = [];
  const work = (name: string) =>
    withLock(out, {}, async () => {
      order.push(`${name} begins`);
      await new Promise((resolve) => setTimeout(resolve, 50));
      order.push(`${name} ends`);
    });
  await Promise.all([work("a"), work("b")]);
  expect(order).toStrictEqual(["a begins", "a ends", "b begins", "b ends"]);
  expect(existsSync(lock())).toBe(false);
});

test("takes over the lock of a process that is gone", async () => {
  leaveLock(JSON.stringify({ pid: process.pid, identity: "before the last boot" }));
  const owner = await withLock(out, {}, async () => readFileSync(lock(), "utf8"));
  expect(JSON.parse(owner)).toStrictEqual({
    pid: process.pid,
    identity: identityOf(process.pid),
  });
});

test("takes over an old lock that names nobody", async () => {
  leaveLock("");
  utimesSync(lock(), 0, 0);
  expect(await withLock(out, {}, async () => "worked")).toBe("worked");
});

test("waits for a lock no longer than its caller", async () => {
  leaveLock(JSON.stringify({ pid: process.pid, identity: identityOf(process.pid) }));
  const lines: string[] = [];
  const waiting = withLock(
    out,
    { report: (line) => lines.push(line), signal: AbortSignal.timeout(100) },
    async () => "worked",
  );
  await expect(waiting).rejects.toThrow(/timeout/i);
  expect(lines).toStrictEqual([`waits for another mlstack in ${out} (pid ${process.pid})`]);
});
