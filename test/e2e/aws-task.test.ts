import { ListObjectsV2Command } from "@aws-sdk/client-s3";
import { execa } from "execa";
import { createHash, randomBytes } from "node:crypto";
import { afterAll, beforeAll, expect, test } from "vitest";
import {
  bucket,
  loadBalancer,
  masterPassword,
  prefix,
  props,
  startManagedCase,
  target,
} from "../helpers/aws/managed-case.js";
import type { ManagedTasks } from "../helpers/aws/managed-tasks.js";
import type { RunningTasks } from "../helpers/aws/running-tasks.js";
import { aboutServer, asRole, mostMemory } from "../helpers/aws/server-scripts.js";
import { OutsideClient, type Ledger } from "../helpers/e2e/client.js";
import { describeWithDocker } from "../helpers/e2e/engine.js";
import { ask } from "../helpers/e2e/http.js";

const search = "/api/2.0/mlflow/experiments/search?max_results=1";
const artifacts = "/api/2.0/mlflow-artifacts/artifacts";

const sha256 = (bytes: Uint8Array) => createHash("sha256").update(bytes).digest("hex");

describeWithDocker("the tasks of the managed shape", () => {
  let aws: ManagedTasks;
  let tasks: RunningTasks;
  let login: readonly [string, string];
  let client: OutsideClient;
  let ledger: Ledger;
  let secondsToHealthy: number;

  const statusUnder = async (Host: string, path = search) =>
    (await ask(tasks.url, path, { headers: { Host }, login })).status;

  const authorized = () => ({
    Authorization: `Basic ${Buffer.from(login.join(":")).toString("base64")}`,
  });

  const objects = async () => {
    const asked = new ListObjectsV2Command({ Bucket: bucket });
    return (await aws.account.s3.send(asked)).Contents ?? [];
  };

  const readBack = async (large = false) => {
    const read = await client.readBack(ledger, large);
    ledger = read.ledger;
    return read.problems;
  };

  beforeAll(async () => {
    aws = await startManagedCase("aws-task");
    tasks = aws.tasks;
    login = ["admin", await aws.secret("MLFLOW_AUTH_ADMIN_PASSWORD")];
    const { exitCode, all } = await tasks.migrate();
    if (exitCode !== 0) throw new Error(all);
    secondsToHealthy = await tasks.start();
    const [username, password] = login;
    client = await OutsideClient.of({ url: tasks.url, username, password });
  });
  afterAll(() => aws?.remove());

  test("the server is healthy within the start period of its health check", () => {
    expect(secondsToHealthy).toBeLessThan(120);
  });

  test("the server is one process of nobody, in half of the task's memory", async () => {
    const { pssMiB, ...facts } = JSON.parse(await tasks.python(aboutServer)) as { pssMiB: number };
    console.log(`[e2e] tracking server at rest: ${pssMiB} MiB`);
    expect(pssMiB).toBeLessThan(512);
    expect(facts).toEqual({
      user: "10000",
      group: "10000",
      capabilities: ["0000000000000000", "0000000000000000"],
      root: "Read-only file system",
      processes: ["1"],
      files: ["16384", "16384"],
      // No key. The region is the definition's, the first Fargate's, the last the test's own.
      aws: ["AWS_CONTAINER_CREDENTIALS_RELATIVE_URI", "AWS_DEFAULT_REGION", "AWS_ENDPOINT_URL_S3"],
    });
  });

  test("its own names are answered, and no other but for the load balancer's check", async () => {
    const own = [loadBalancer, "models.example.org", "models.example.org:443", "localhost:5000"];
    for (const name of own) expect(await statusUnder(name), name).toBe(200);
    for (const name of ["10.evil.example", "10.0.1.17:5000", `${loadBalancer}.evil.example`]) {
      expect(await statusUnder(name), name).toBe(403);
      expect(await statusUnder(name, "/health"), name).toBe(200);
    }
  });

  test("MLflow's documented workflow from outside", async () => {
    ledger = await client.workflow(60);
    expect(await readBack(true)).toEqual([]);
    const most = Number(await tasks.python(mostMemory));
    console.log(`[e2e] tracking server at most: ${most} MiB`);
    expect(most).toBeLessThan(768);
  });

  test("what it wrote is below the prefix, the large file in parts", async () => {
    const found = await objects();
    expect(found.filter(({ Key }) => !Key?.startsWith(`${prefix}/`))).toEqual([]);
    const large = found.find(({ Key }) => Key?.endsWith("/large/large.bin"));
    expect(large?.ETag).toMatch(/^"[0-9a-f]{32}-8"$/);
  });

  test("names with spaces, percent signs and other scripts come back, and go", async () => {
    // MLflow itself reads a %41 in a name as an A, whatever the store.
    const names = [
      "with space.bin",
      "100%.bin",
      "50% of it.bin",
      "Größe-世界-🙂.bin",
      "a+b&c=d;'.bin",
    ];
    const bytes = randomBytes(100_000);
    const url = (name: string) => `${tasks.url}${artifacts}/7/${encodeURIComponent(name)}`;
    const list = async () => {
      const answer = await fetch(`${tasks.url}${artifacts}?path=7`, { headers: authorized() });
      const { files = [] } = (await answer.json()) as { files?: { path: string }[] };
      return files.map(({ path }) => path).sort();
    };
    for (const name of names) {
      const put = { method: "PUT", headers: authorized(), body: bytes };
      expect((await fetch(url(name), put)).status, name).toBe(200);
      const got = await fetch(url(name), { headers: authorized() });
      expect(sha256(new Uint8Array(await got.arrayBuffer())), name).toBe(sha256(bytes));
    }
    expect(await list()).toEqual([...names].sort());
    const keys = (await objects()).map(({ Key }) => Key);
    for (const name of names) expect(keys).toContain(`${prefix}/7/${name}`);
    for (const name of names) {
      const gone = await fetch(url(name), { method: "DELETE", headers: authorized() });
      expect(`${gone.status} ${await gone.text()}`, name).toBe("200 {}");
    }
    expect(await list()).toEqual([]);
  });

  test("the role opens what is below the prefix and nothing else", async () => {
    expect(JSON.parse(await tasks.python(asRole(bucket, prefix)))).toEqual({
      "below the prefix": "allowed",
      "and away again": "allowed",
      "beside the prefix": "AccessDenied",
      "and away beside it": "AccessDenied",
      "a longer name": "AccessDenied",
      "another bucket": "AccessDenied",
      "another's list": "AccessDenied",
      "all buckets": "AccessDenied",
      "the bucket's policy": "AccessDenied",
      "the bucket": "AccessDenied",
    });
  });

  test("the role's keys were changed while it worked, and none is in the container", async () => {
    const { issued } = aws.credentials;
    console.log(`[e2e] ${issued.length} keys of the role`);
    expect(new Set(issued).size).toBeGreaterThan(3);
    const { stdout } = await execa("docker", ["inspect", tasks.container("tracking-server")]);
    expect(stdout).not.toMatch(/AWS_(ACCESS_KEY_ID|SECRET_ACCESS_KEY|SESSION_TOKEN)/);
    expect(issued.filter((key) => stdout.includes(key))).toEqual([]);
    expect(stdout).not.toContain(JSON.stringify(masterPassword).slice(1, -1));
  });

  test("a master password that RDS changes does not disturb the server", async () => {
    await tasks.sql("ALTER ROLE postgres PASSWORD 'another'");
    expect(await readBack()).toEqual([]);
    await tasks.compose("restart", "tracking-server");
    await tasks.healthy();
    expect(await readBack()).toEqual([]);
    await tasks.sql(`ALTER ROLE postgres PASSWORD $x$${masterPassword}$x$`);
  });

  test("another definition and password come by migration with the old server stopped", async () => {
    const other = { ...target, domain: "mlflow.example.com", hostedZone: "example.com" };
    await aws.account.changeSecret(aws.secretArns["MLFLOW_DB_PASSWORD"] ?? "", "y".repeat(32));
    await aws.deploy(props, other);
    await tasks.compose("stop", "tracking-server");
    expect((await tasks.migrate()).exitCode).toBe(0);
    await tasks.start();
    for (const name of ["mlflow.example.com", "models.example.org"]) {
      expect(await statusUnder(name), name).toBe(200);
    }
    // A certificate is for the domain, and so is the server.
    expect(await statusUnder(loadBalancer)).toBe(403);
    expect(await readBack(true)).toEqual([]);
  });

  test("the logs have no secret", async () => {
    const logs = await tasks.compose("logs", "--no-color");
    const names = Object.keys(aws.secretArns);
    const values = await Promise.all(names.map((name) => aws.secret(name)));
    expect(names.length).toBe(5);
    expect(values.filter((value) => logs.includes(value))).toEqual([]);
  });

  test("a signal stops it within the time that ECS gives it", async () => {
    const words = ["inspect", "-f", "{{.State.ExitCode}} {{.Config.StopTimeout}}"];
    const began = performance.now();
    await tasks.compose("stop", "tracking-server");
    const seconds = (performance.now() - began) / 1000;
    console.log(`[e2e] stopped after ${seconds.toFixed(1)} s`);
    const { stdout } = await execa("docker", [...words, tasks.container("tracking-server")]);
    expect(stdout).toBe("0 30");
    expect(seconds).toBeLessThan(25);
  });
});
