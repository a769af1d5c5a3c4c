import {
  appendFileSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { stepFailed } from "../../stacks/process/failure.js";
import { redact } from "../../stacks/tools/redact.js";
import { inheritedEnvironment } from "../../stacks/process/inherited.js";
import { processLogs } from "../../stacks/process/index.js";
import { rotateLog } from "../../stacks/process/log-file.js";
import { uvEnvironment } from "../../stacks/process/uv.js";

let out: string;
let log: string;
beforeEach(() => {
  out = mkdtempSync(join(tmpdir(), "mlstack-logs-"));
  mkdirSync(join(out, "process"));
  log = join(out, "process", "tracking-server.log");
});
afterEach(() => rmSync(out, { recursive: true, force: true }));

async function tail(lines: number): Promise<string> {
  let text = "";
  await processLogs(out, { follow: false, tail: lines, write: (part) => (text += part) });
  return text;
}

test("shows the last lines, whether or not the last one ends", async () => {
  writeFileSync(log, "one\ntwo\nthree\n");
  expect(await tail(2)).toBe("two\nthree\n");
  expect(await tail(9)).toBe("one\ntwo\nthree\n");
  expect(await tail(0)).toBe("");
  appendFileSync(log, "four");
  expect(await tail(2)).toBe("three\nfour");
});

test("counts lines across reads of a long log", async () => {
  const long = `${"ä".repeat(50_000)}\n`;
  writeFileSync(log, long.repeat(3));
  expect(await tail(2)).toBe(long.repeat(2));
});

test("follows what is written later and a log that was moved aside", async () => {
  writeFileSync(log, "old\n");
  const stop = new AbortController();
  let text = "";
  const following = processLogs(out, {
    follow: true,
    tail: 1,
    write: (part) => (text += part),
    signal: stop.signal,
  });
  appendFileSync(log, "next\n");
  await vi.waitFor(() => expect(text).toBe("old\nnext\n"));
  rotateLog(log, 1);
  writeFileSync(log, "new file\n");
  await vi.waitFor(() => expect(text).toBe("old\nnext\nnew file\n"));
  stop.abort();
  await following;
});

test("refuses a folder in which nothing was started", async () => {
  await expect(tail(1)).rejects.toThrow(
    `--out: holds no server that was started here; got "${out}"`,
  );
});

test("keeps three logs and leaves small ones alone", () => {
  for (let start = 0; start < 5; start++) {
    writeFileSync(log, "x".repeat(20));
    rotateLog(log, 10);
  }
  writeFileSync(log, "small");
  rotateLog(log, 10);
  expect(readdirSync(join(out, "process")).sort()).toStrictEqual([
    "tracking-server.log",
    "tracking-server.log.1",
    "tracking-server.log.2",
  ]);
});

test("takes secrets out of messages, also as parts of a URI", () => {
  const secrets = { MLFLOW_BACKEND_STORE_URI: "mysql+pymysql://me:p%40ss@db/x" };
  const text = "cannot reach mysql+pymysql://me:p%40ss@db/x with p@ss or p%40ss";
  expect(redact(text, secrets)).toBe("cannot reach *** with *** or ***");
});

test("shows the last lines of a failed step", () => {
  const output = Array.from({ length: 20 }, (_, index) => `line ${index}`).join("\n");
  const { message } = stepFailed("db-upgrade", `${output}\n`, "Try again.");
  expect(message.split("\n")).toHaveLength(14);
  expect(message).toMatch(/^db-upgrade failed\n {2}line 8\n[^]*\n {2}line 19\nTry again\.$/);
});

test("hands on the network's settings and no stray MLflow or AWS variable", () => {
  expect(
    inheritedEnvironment({
      Path: "C:\\Windows",
      https_proxy: "http://proxy:3128",
      MLFLOW_TRACKING_URI: "http://elsewhere",
      AWS_PROFILE: "work",
      PYTHONPATH: "/elsewhere",
    }),
  ).toStrictEqual({ Path: "C:\\Windows", https_proxy: "http://proxy:3128" });
});

test("gives uv the mirror that is set for pip", () => {
  const mirror = { PIP_INDEX_URL: "https://mirror/simple" };
  expect(uvEnvironment(mirror)).toStrictEqual({ UV_DEFAULT_INDEX: "https://mirror/simple" });
  expect(uvEnvironment({ ...mirror, UV_DEFAULT_INDEX: "https://own/simple" })).toStrictEqual({});
});
