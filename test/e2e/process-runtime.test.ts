import { mkdirSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { createServer, type AddressInfo, type Server } from "node:net";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { resolveDeployment, type Topology } from "../../constructs/mlflow/index.js";
import {
  prepareEnvironment,
  processLogs,
  processStatus,
  startProcess,
  stopProcess,
  type ProcessContext,
} from "../../stacks/process/index.js";
import { loadAssets } from "../../constructs/image/load.js";
import { freePort } from "../helpers/e2e/ports.js";

/** Every character that some URI of MLflow could read as its own. */
const folderName = "ü 100%25 #1";

/** An output folder in one of its own: MLflow also makes an empty one beside a name with "%". */
function makeFolder(): string {
  const out = join(mkdtempSync(join(tmpdir(), "mlstack-process-")), folderName);
  mkdirSync(out);
  return out;
}

const removeFolder = (out: string): void => rmSync(dirname(out), { recursive: true, force: true });

async function listen(): Promise<Server> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return server;
}

const portOf = (server: Server): number => (server.address() as AddressInfo).port;

async function api(url: string, path: string, body?: object): Promise<unknown> {
  const response = await fetch(`${url}/api/2.0/${path}`, {
    ...(body && {
      method: "POST",
      headers: { "Content-Type": "application/json" },
      body: JSON.stringify(body),
    }),
  });
  if (!response.ok) throw new Error(`${path}: ${response.status} ${await response.text()}`);
  return response.json();
}

interface RunAnswer {
  readonly run: {
    readonly info: { readonly run_id: string; readonly artifact_uri: string };
    readonly data: {
      readonly metrics?: readonly { readonly key: string; readonly value: number }[];
    };
  };
}

/** A run with one metric and one artifact. */
async function logRun(url: string): Promise<string> {
  const { run } = (await api(url, "mlflow/runs/create", { experiment_id: "0" })) as RunAnswer;
  const id = run.info.run_id;
  await api(url, "mlflow/runs/log-metric", { run_id: id, key: "loss", value: 0.5, timestamp: 1 });
  const sent = await fetch(artifactUrl(url, id), { method: "PUT", body: "kept ü" });
  expect(sent.status).toBe(200);
  expect(run.info.artifact_uri).toMatch(/^mlflow-artifacts:\//);
  return id;
}

const artifactUrl = (url: string, run: string): string =>
  `${url}/api/2.0/mlflow-artifacts/artifacts/0/${run}/artifacts/note.txt`;

async function readRun(url: string, id: string): Promise<unknown> {
  const { run } = (await api(url, `mlflow/runs/get?run_id=${id}`)) as RunAnswer;
  const artifact = await (await fetch(artifactUrl(url, id))).text();
  return { loss: run.data.metrics?.find(({ key }) => key === "loss")?.value, artifact };
}

describe.each<Topology>(["localhost-files", "localhost-database"])(
  "%s as a process",
  (topology) => {
    let out: string;
    let context: ProcessContext;
    let url: string;
    let run: string;
    const kept = { loss: 0.5, artifact: "kept ü" };

    const contextAt = (port: number): ProcessContext => {
      const deployment = resolveDeployment({ topology, trackingServer: { port } });
      const secrets = Object.fromEntries(
        deployment.secrets.map(({ name }) => [name, `canary-${name}-`.padEnd(40, "x")]),
      );
      return { deployment, out, secrets, assets: loadAssets() };
    };

    const pid = () => processStatus(out).pid as number;

    async function log(): Promise<string> {
      let text = "";
      await processLogs(out, { follow: false, tail: 1000, write: (part) => (text += part) });
      return text;
    }

    beforeAll(async () => {
      out = makeFolder();
      const port = await freePort();
      url = `http://127.0.0.1:${port}`;
      context = contextAt(port);
      // Such as a shell has that worked with another server before.
      process.env.MLFLOW_BACKEND_STORE_URI = "postgresql://nobody@127.0.0.1:1/none";
      await prepareEnvironment(context);
    });

    afterAll(async () => {
      delete process.env.MLFLOW_BACKEND_STORE_URI;
      await stopProcess(out);
      removeFolder(out);
    });

    test("starts, serves and says where it is", async () => {
      expect(await startProcess(context)).toBe("started");
      expect(processStatus(out)).toMatchObject({
        state: "running",
        url,
        log: `${out}/process/tracking-server.log`,
        data: `${out}/data`,
      });
      run = await logRun(url);
      expect(await readRun(url, run)).toStrictEqual(kept);
    });

    test("leaves a running server alone when nothing changed", async () => {
      const before = pid();
      expect(await startProcess(context)).toBe("already-running");
      expect(pid()).toBe(before);
    });

    test("keeps secrets from every text and from other users", async () => {
      for (const { name } of context.deployment.secrets) {
        if (process.platform !== "win32") {
          expect(statSync(`${out}/process/secrets/${name}`).mode & 0o777).toBe(0o600);
        }
        expect(await log()).not.toContain(`canary-${name}`);
        expect(readFileSync(`${out}/process/state.json`, "utf8")).not.toContain("canary");
      }
    });

    test("reads everything back after stop and start", async () => {
      expect(await stopProcess(out)).toBe(true);
      expect(processStatus(out).state).toBe("stopped");
      expect(await stopProcess(out)).toBe(false);
      expect(await startProcess(context)).toBe("started");
      expect(await readRun(url, run)).toStrictEqual(kept);
    });

    test("reads everything back after kill -9, and empties only its own temporary folder", async () => {
      writeFileSync(`${out}/process/tmp/half an upload`, "x");
      const killed = pid();
      process.kill(killed, "SIGKILL");
      while (processStatus(out).state === "running") await sleep(50);
      expect(await startProcess(context)).toBe("started");
      expect(pid()).not.toBe(killed);
      expect(() => statSync(`${out}/process/tmp/half an upload`)).toThrow();
      expect(await readRun(url, run)).toStrictEqual(kept);
    });

    test("names the setting when the port is taken, and lets the old server run", async () => {
      const other = await listen();
      const port = portOf(other);
      await expect(startProcess(contextAt(port))).rejects.toThrow(
        `MLFLOW_PORT: must be a free port; ${port} on 127.0.0.1 is taken by another program`,
      );
      expect(await readRun(url, run)).toStrictEqual(kept);
      await new Promise((resolve) => other.close(resolve));
    });

    test("moves to another port when that was changed", async () => {
      const port = await freePort();
      expect(await startProcess(contextAt(port))).toBe("restarted");
      await expect(fetch(`${url}/health`)).rejects.toThrow();
      expect(await readRun(`http://127.0.0.1:${port}`, run)).toStrictEqual(kept);
    });

    test("starts one server when asked twice at once", async () => {
      await stopProcess(out);
      const results = await Promise.all([startProcess(context), startProcess(context)]);
      expect(results.sort()).toStrictEqual(["already-running", "started"]);
    });

    test("leaves nothing behind when it is interrupted while starting", async () => {
      await stopProcess(out);
      const interrupt = new AbortController();
      const report = (line: string) => {
        if (line.startsWith("Starting")) setTimeout(() => interrupt.abort(), 500);
      };
      const starting = startProcess({ ...context, report, signal: interrupt.signal });
      await expect(starting).rejects.toThrow(/abort/i);
      expect(processStatus(out).state).toBe("stopped");
      expect(await startProcess(context)).toBe("started");
    });
  },
);

test("shows the log's last lines when the server ends at once", async () => {
  const out = makeFolder();
  const port = await freePort();
  const deployment = resolveDeployment({ topology: "localhost-files", trackingServer: { port } });
  mkdirSync(`${out}/data`);
  writeFileSync(`${out}/data/mlruns`, "not a folder");
  const context = { deployment, out, secrets: {}, assets: loadAssets() };
  await expect(startProcess(context)).rejects.toThrow(
    /^tracking server: start failed\n[^]*\nThe whole log is ".*tracking-server\.log"/,
  );
  expect(processStatus(out).state).toBe("stopped");
  removeFolder(out);
});

test("names the data folder that cannot be written", async () => {
  const out = makeFolder();
  writeFileSync(`${out}/data`, "not a folder");
  const deployment = resolveDeployment({ topology: "localhost-files" });
  const starting = startProcess({ deployment, out, secrets: {}, assets: loadAssets() });
  await expect(starting).rejects.toThrow("trackingServer.dataDirectory: must be a folder");
  removeFolder(out);
});
