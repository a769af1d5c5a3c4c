import { spawn, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { delimiter, join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { answers, hasProcessData, lingers } from "../../stacks/process/index.js";
import { inspectProcess } from "../../stacks/process/process-table.js";
import { writeState } from "../../stacks/process/state.js";

let out: string;
let child: ChildProcess | undefined;
const { PATH } = process.env;
beforeEach(() => {
  out = mkdtempSync(join(tmpdir(), "mlstack status "));
});
afterEach(() => {
  child?.kill();
  process.env.PATH = PATH;
  rmSync(out, { recursive: true, force: true });
});

/** A server with the tracking server's script among its words, which always answers `code`. */
async function serve(code: number): Promise<void> {
  const program = `require("http").createServer((_, answer) => { answer.statusCode = ${code}; answer.end() })
    .listen(0, "127.0.0.1", function () { console.log(this.address().port) })`;
  const words = ["-e", program, "--", `${out}/tracking-server/run.py`];
  child = spawn(process.execPath, words, { stdio: ["ignore", "pipe", "inherit"] });
  const [port] = (await once(child.stdout!, "data")) as [Buffer];
  const pid = child.pid as number;
  writeState(out, {
    pid,
    identity: inspectProcess(pid)?.identity ?? "",
    url: "http://127.0.0.1",
    listener: { host: "127.0.0.1", port: Number(port) },
    log: "/log",
    data: join(out, "elsewhere"),
    startedAt: "2026-01-02T03:04:05.000Z",
    fingerprint: "0",
    stopGraceSeconds: 1,
  });
}

test("a server that answers is well", async () => {
  await serve(200);
  expect(await answers(out)).toBe(true);
});

test("a server whose store is gone is not", async () => {
  await serve(500);
  expect(await answers(out)).toBe(false);
});

test("nothing answers where nothing was started", async () => {
  expect(await answers(out)).toBe(false);
});

test("a folder has data of a process only when something is in it", () => {
  expect(hasProcessData(out)).toBe(false);
  mkdirSync(join(out, "data"));
  expect(hasProcessData(out)).toBe(false);
  writeFileSync(join(out, "data/mlflow.db"), "x");
  expect(hasProcessData(out)).toBe(true);
});

test.skipIf(process.platform === "win32")("asks whether the user lingers", async () => {
  const loginctl = (line: string) => {
    writeFileSync(join(out, "loginctl"), `#!/bin/sh\n${line}\n`);
    chmodSync(join(out, "loginctl"), 0o755);
  };
  process.env.PATH = [out, PATH].join(delimiter);
  loginctl('[ "$1 $3" = "show-user --property=Linger" ] && echo yes');
  expect(await lingers()).toBe(true);
  loginctl("echo no");
  expect(await lingers()).toBe(false);
  loginctl("exit 1");
  expect(await lingers()).toBe(false);
});
