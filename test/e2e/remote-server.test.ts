import { execa } from "execa";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { startDockerStack, type DockerStack } from "../helpers/e2e/docker-stack.js";
import { describeWithDocker } from "../helpers/e2e/engine.js";
import { ask, listens, type Question } from "../helpers/e2e/http.js";
import { waitUntil } from "../helpers/e2e/running-stack.js";

const script = (name: string) =>
  readFileSync(join(import.meta.dirname, "client", `${name}.py`), "utf8");
const search = "/api/2.0/mlflow/experiments/search?max_results=1";
const createBody = (name: string) => JSON.stringify({ name });

describeWithDocker("remote-server as an attacker sees it", () => {
  let stack: DockerStack;
  let openBefore: readonly boolean[];
  const storePorts = [9000, 9001, 5432];

  const get = (path: string, question: Question = {}) => ask(stack.url, path, question);
  const asAdmin = (): readonly [string, string] => ["admin", stack.password ?? ""];

  beforeAll(async () => {
    openBefore = await Promise.all(storePorts.map(listens));
    stack = await startDockerStack({
      topology: "remote-server",
      label: "remote",
      flags: ["--public-url", "https://mlflow.example.com"],
    });
  });
  afterAll(() => stack?.down(true));

  test("the admin's password opens it and nothing else does", async () => {
    const statuses = await Promise.all(
      [asAdmin(), ["admin", "wrong"], ["admin", "password1234"], ["admin", ""], ["", ""]].map(
        async ([name = "", password = ""]) =>
          (await get(search, { login: [name, password] })).status,
      ),
    );
    expect(statuses).toEqual([200, 401, 401, 401, 401]);
  });

  test("every route of the server's own table wants a login", async () => {
    const { native, routes } = JSON.parse(
      (await stack.python(script("routes"))).trim().split("\n").at(-1) ?? "",
    ) as { native: number; routes: [method: string, path: string][] };
    const open: string[] = [];
    for (const [method, path] of routes) {
      const filled = path.replace(/<[^>]+>|\{[^}]+\}/g, "1");
      const { status } = await get(filled, { method, ...(method === "GET" ? {} : { body: "{}" }) });
      if (status !== 401 && status !== 403) open.push(`${method} ${path}: ${status}`);
    }
    console.log(`[e2e] ${routes.length} routes without a login, ${native} of them FastAPI's`);
    expect(native).toBeGreaterThan(50);
    expect(routes.length).toBeGreaterThan(400);
    expect(open).toEqual([
      // How the server is configured, for clients that have not logged in yet.
      "GET /ajax-api/3.0/mlflow/server-info: 200",
      "GET /api/3.0/mlflow/server-info: 200",
      "GET /health: 200",
      "GET /static-files/<path:path>: 404",
    ]);
  });

  test.each([
    "10.evil.example",
    "192.168.1.5.evil.example",
    "evil.example",
    "mlflow.example.com.evil",
  ])("a request under the name %s is refused", async (host) => {
    const answer = await get(search, { headers: { Host: host }, login: asAdmin() });
    expect(answer.status).toBe(403);
  });

  test("its own names are answered with and without a port", async () => {
    const names = ["mlflow.example.com", "mlflow.example.com:443", "localhost", "127.0.0.1:1"];
    const statuses = await Promise.all(
      names.map(
        async (Host) => (await get(search, { headers: { Host }, login: asAdmin() })).status,
      ),
    );
    expect(statuses).toEqual(names.map(() => 200));
  });

  test.each(["/api/2.0/mlflow/experiments/create", "/ajax-api/2.0/mlflow/experiments/create"])(
    "a POST to %s from another site is refused and from its own is not",
    async (path) => {
      const post = async (Origin: string) =>
        (
          await get(path, {
            method: "POST",
            headers: { Origin },
            body: createBody(`from ${Origin} to ${path}`),
            login: asAdmin(),
          })
        ).status;
      expect(await post("https://evil.example")).toBe(403);
      expect(await post("http://mlflow.example.com")).toBe(403);
      expect(await post("https://mlflow.example.com")).toBe(200);
    },
  );

  test("no answer invites scripts of every site", async () => {
    const headers = { Origin: "https://evil.example" };
    const answer = await get(search, { headers, login: asAdmin() });
    expect(answer.headers["access-control-allow-origin"]).toBeUndefined();
  });

  test("clients get no links to the store behind the server", async () => {
    const info = JSON.parse((await get("/api/3.0/mlflow/server-info")).body) as unknown;
    expect(info).toMatchObject({
      multipart_uploads_enabled: false,
      multipart_downloads_enabled: false,
    });
  });

  test("only the tracking server has a port, on loopback", async () => {
    const containers = await stack.containers();
    const published = containers.flatMap(({ Name, HostConfig: { PortBindings } }) =>
      Object.values(PortBindings ?? {}).flatMap((bindings) =>
        bindings.map(({ HostIp }) => `${Name} ${HostIp}`),
      ),
    );
    expect(containers.length).toBe(6);
    expect(published).toEqual([`/${stack.container("tracking-server")} 127.0.0.1`]);
    expect(await Promise.all(storePorts.map(listens))).toEqual(openBefore);
  });

  test("docker inspect and the logs show no secret", async () => {
    const { MLSTACK_SECRETS_REVISION: _, ...secrets } = stack.secrets();
    const inspected = JSON.stringify(await stack.containers());
    const logs = await stack.compose("logs", "--no-color");
    const shown = (text: string) =>
      Object.entries(secrets).flatMap(([name, value]) => (text.includes(value) ? [name] : []));
    expect(Object.keys(secrets).length).toBe(9);
    expect(shown(inspected)).toEqual([]);
    expect(shown(logs)).toEqual([]);
  });

  test("the server's identities can do what it needs and no more", async () => {
    expect(JSON.parse(await stack.python(script("identities")))).toEqual({
      "own table": "allowed",
      "own bucket": "allowed",
      "create role": expect.stringContaining("permission denied"),
      "create database": expect.stringContaining("permission denied"),
      "read a file of the server": expect.stringContaining("permission denied"),
      "make a bucket": expect.stringContaining("AccessDenied"),
      "list another bucket": expect.stringContaining("AccessDenied"),
      "delete the bucket": expect.stringContaining("AccessDenied"),
      "postgres/postgres": expect.stringContaining("password authentication failed"),
      "rustfsadmin/rustfsadmin": expect.stringContaining("InvalidAccessKeyId"),
      "buckets it sees": ["mlflow"],
    });
  });

  test("the server's process has no power over its container", async () => {
    const facts = await stack.python(
      `import os
status = dict(line.split(":\\t", 1) for line in open("/proc/1/status").read().splitlines() if ":\\t" in line)
print(status["Uid"].split()[0], status["CapEff"], status["CapBnd"], status["NoNewPrivs"])
try:
    open("/x", "w")
except OSError as error:
    print(error.strerror)
`,
    );
    expect(facts).toBe("10000 0000000000000000 0000000000000000 1\nRead-only file system");
  });

  test("the server is one Python process, of a release that was tested as one", async () => {
    const { stdout } = await execa("docker", [
      "top",
      stack.container("tracking-server"),
      "-eo",
      "pid,args",
    ]);
    const processes = stdout.split("\n").slice(1);
    expect(processes.length).toBe(1);
    expect(processes[0]).toContain("run.py mlflow server");
    const tested = await stack.python(
      `import sys; sys.path.insert(0, "/opt/mlflow-stacks")
import importlib.metadata, run
print(importlib.metadata.version("mlflow") in run.ONE_PROCESS_RELEASES)`,
    );
    expect(tested).toBe("True");
  });

  test("RustFS keeps what it acknowledged and shows no console", async () => {
    const store = (await stack.containers()).find(({ Name }) => Name.includes("artifact-store"));
    expect(store?.Config.Env).toEqual(
      expect.arrayContaining([
        "RUSTFS_DURABILITY_MODE=strict",
        "RUSTFS_NEW_BUCKET_DURABILITY_MODE=strict",
        "RUSTFS_CONSOLE_ENABLE=false",
      ]),
    );
  });

  test("bucket-init runs three times over and changes nothing", async () => {
    for (const _ of [1, 2, 3]) {
      const said = await stack.compose("run", "--rm", "--no-deps", "bucket-init");
      expect(said).toContain("bucket mlflow: exists");
    }
    expect(await stack.healthy()).toBe(true);
  });

  test("health tells of a database that is gone and of its return", async () => {
    const check = async () =>
      (
        await execa(
          "docker",
          [
            "exec",
            stack.container("tracking-server"),
            "python",
            "-ISS",
            "/opt/mlflow-stacks/healthcheck.py",
          ],
          { reject: false },
        )
      ).exitCode;
    expect(await check()).toBe(0);
    await stack.compose("stop", "backend-store");
    expect(await check()).toBe(1);
    await stack.compose("start", "backend-store");
    await waitUntil("health after the database's return", 30, async () => (await check()) === 0);
  });

  test("the access log has requests and no health checks", async () => {
    const log = await stack.compose("logs", "--no-log-prefix", "tracking-server");
    const lines = log.split("\n");
    expect(lines.filter((line) => line.includes("/experiments/search")).length).toBeGreaterThan(0);
    // What healthcheck.py asks for.
    expect(lines.filter((line) => line.includes("experiment_id=0&health"))).toEqual([]);
  });
});
