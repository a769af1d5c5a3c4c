import { execa } from "execa";
import { existsSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { images } from "../../constructs/mlflow/index.js";
import { describeWithDocker } from "../helpers/e2e/engine.js";
import { KeptData } from "../helpers/e2e/kept-data.js";
import { freePort } from "../helpers/e2e/ports.js";
import { deploymentName, waitUntil } from "../helpers/e2e/running-stack.js";
import {
  ownEngine,
  prepareTerraformStack,
  type TerraformStack,
} from "../helpers/e2e/terraform-stack.js";

const password = "for-the-state-2026";

/** A store for the state, as a container of its own. */
interface StateStore {
  readonly name: string;
  readonly port: number;
}

// Each test continues where the one before it ended, as a user does; one failure fails the rest.
describeWithDocker("a state that is kept elsewhere", () => {
  const stores: StateStore[] = [];
  const env: Record<string, string> = {};
  let stack: TerraformStack;
  let kept: KeptData;
  let s3: string;

  const store = async (kind: string, internal: number, ...words: string[]): Promise<StateStore> => {
    const made = { name: deploymentName(`state-${kind}`), port: await freePort() };
    stores.push(made);
    const publish = ["--publish", `127.0.0.1:${made.port}:${internal}`];
    await execa("docker", ["run", "--detach", "--name", made.name, ...publish, ...words]);
    return made;
  };
  const isReady =
    (name: string, ...words: string[]) =>
    () =>
      execa("docker", ["exec", name, ...words], { reject: false }).then(
        ({ exitCode }) => exitCode === 0,
      );
  const localStates = () => readdirSync(stack.out).filter((name) => /\.tfstate/.test(name));
  const runs = () => stack.startedAt("tracking-server");

  beforeAll(async () => {
    const secret = ["--env", `POSTGRES_PASSWORD=${password}`];
    const postgres = await store("pg", 5432, ...secret, images.postgres);
    const keys = [`RUSTFS_ACCESS_KEY=statekey`, `RUSTFS_SECRET_KEY=${password}`];
    const rustfs = await store("s3", 9000, ...keys.flatMap((key) => ["--env", key]), images.rustfs);
    // A folder is a bucket.
    const bucket = isReady(
      rustfs.name,
      "sh",
      "-c",
      "test -d /data/.rustfs.sys && mkdir -p /data/states",
    );
    await waitUntil("a bucket", 60, bucket);
    const tcp = ["psql", "-h", "127.0.0.1", "-U", "postgres", "-c", "SELECT 1"];
    await waitUntil(
      "PostgreSQL",
      60,
      isReady(postgres.name, "env", `PGPASSWORD=${password}`, ...tcp),
    );
    s3 = `s3://states/lab.tfstate?region=us-east-1&endpoint=http://127.0.0.1:${rustfs.port}`;
    Object.assign(env, {
      PG_CONN_STR: `postgres://postgres:${password}@127.0.0.1:${postgres.port}/postgres?sslmode=disable`,
      AWS_ACCESS_KEY_ID: "statekey",
      AWS_SECRET_ACCESS_KEY: password,
    });
    stack = await prepareTerraformStack(
      { topology: "localhost-files", label: "state" },
      { ...ownEngine, env },
    );
    await stack.up();
    kept = await KeptData.write(stack, [`${stack.name}_tracking-server-data`]);
  });
  afterAll(async () => {
    await stack?.down(true);
    for (const { name } of stores) await execa("docker", ["rm", "--force", "--volumes", name]);
  });

  test("moves from its file to PostgreSQL, and nothing restarts", async () => {
    const before = await runs();
    expect(localStates()).toContain("terraform.tfstate");
    const text = await stack.deploy("--state", "pg://lab");
    expect(text).not.toContain(password);
    expect(await stack.plan()).toMatchObject({ changes: false });
    expect(await runs()).toBe(before);
    const [name = ""] = stores.map((made) => made.name);
    const words = ["exec", name, "psql", "-U", "postgres", "-tAc", "SELECT name FROM lab.states"];
    expect((await execa("docker", words)).stdout).toBe("default");
    expect(await kept.problems()).toEqual([]);
  });

  test("is destroyed and deployed again from there", async () => {
    await stack.destroy();
    await stack.deploy();
    expect(await stack.plan()).toMatchObject({ changes: false });
    expect(await kept.problems()).toEqual([]);
  });

  test("moves on to an S3 server, and nothing restarts", async () => {
    const before = await runs();
    const text = await stack.deploy("--state", s3);
    expect(text).not.toContain(password);
    expect(text).not.toContain("terraform.tfstate\n");
    expect(await stack.plan()).toMatchObject({ changes: false });
    expect(await runs()).toBe(before);
    const [, { name } = { name: "" }] = stores;
    const { stdout } = await execa("docker", ["exec", name, "find", "/data/states"]);
    expect(stdout).toContain("/data/states/lab.tfstate");
    expect(stdout).not.toContain(".tflock");
  });

  test("moves back to a file", async () => {
    const before = await runs();
    await stack.deploy("--state", "local");
    expect(existsSync(join(stack.out, "terraform.tfstate"))).toBe(true);
    expect(await stack.plan()).toMatchObject({ changes: false });
    expect(await runs()).toBe(before);
    expect(await kept.problems()).toEqual([]);
  });

  test("a database that does not answer is told with what to do", async () => {
    const [{ name } = { name: "" }] = stores;
    await stack.deploy("--state", "pg://lab");
    await execa("docker", ["stop", name]);
    const { exitCode, text } = await stack.tries("plan");
    expect(exitCode).toBe(1);
    expect(text).not.toContain(password);
    expect(text).toMatch(/connection refused/);
    await execa("docker", ["start", name]);
    await waitUntil("PostgreSQL", 60, isReady(name, "pg_isready", "-h", "127.0.0.1"));
    await stack.deploy("--state", "local");
  });
});
