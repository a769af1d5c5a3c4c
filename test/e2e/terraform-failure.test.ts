import { existsSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { describeWithDocker } from "../helpers/e2e/engine.js";
import { ask } from "../helpers/e2e/http.js";
import { KeptData } from "../helpers/e2e/kept-data.js";
import type { Running } from "../helpers/e2e/mlstack.js";
import { timed, waitUntil } from "../helpers/e2e/running-stack.js";
import { prepareTerraformStack, type TerraformStack } from "../helpers/e2e/terraform-stack.js";

const rootKey = "the-root-of-the-store";

// Each test continues where the one before it ended, as a user does; one failure fails the rest.
describeWithDocker("a deploy that fails or is cut off", () => {
  let stack: TerraformStack;
  let kept: KeptData;

  const lock = () => join(stack.out, ".terraform.tfstate.lock.info");
  const has = async (role: string) =>
    (await stack.docker("ps", "--quiet", "--filter", `name=^${stack.container(role)}$`)) !== "";
  const serves = async () => (await ask(stack.url, "/health")).status === 200;
  const psql = (statement: string) => {
    const words = ["psql", "-U", "postgres", "-d", "mlflow", "-tAc", statement];
    return stack.docker("exec", stack.container("backend-store"), ...words);
  };

  /** Begins a deploy, and waits until its Terraform has made this container. */
  const deployUntil = async (role: string): Promise<{ readonly running: Running }> => {
    const running = stack.begins("deploy", "--yes");
    await waitUntil(`${role} of a deploy`, 120, () => has(role));
    return { running };
  };

  beforeAll(async () => {
    stack = await prepareTerraformStack({ topology: "remote-server", label: "failure" });
    // RustFS makes no second user with the name of its root.
    const keys = [`RUSTFS_ACCESS_KEY=${rootKey}`, `MLFLOW_RUSTFS_ACCESS_KEY=${rootKey}`];
    writeFileSync(join(stack.out, ".env"), `${keys.join("\n")}\n`);
  });
  afterAll(() => stack?.down(true));

  test("a first deploy fails with its job's last lines", async () => {
    const { exitCode, text } = await stack.tries("deploy", "--yes");
    expect(exitCode).toBe(1);
    expect(text).toMatch(/bucket-init \(.*\): its command failed/);
    expect(text).toContain("artifact store: add-user answered");
    expect(text).not.toContain(stack.secrets()["MLFLOW_RUSTFS_SECRET_KEY"]);
    expect(await has("tracking-server")).toBe(false);
    expect(existsSync(lock())).toBe(false);
  });

  test("Ctrl-C ends a deploy soon, with no lock left", async () => {
    stack.editSecrets({ MLFLOW_RUSTFS_ACCESS_KEY: "a-key-of-its-own-2026" });
    const { running } = await deployUntil("bucket-init");
    const { exitCode, text } = await timed("Ctrl-C", async () => {
      running.kill("SIGINT");
      const { exitCode, all } = await running;
      return { exitCode, text: String(all) };
    });
    expect(exitCode).toBe(1);
    expect(text).toContain("Stopped. Run the same command again to go on.");
    expect(existsSync(lock())).toBe(false);
  });

  test("a deploy that is killed is waited for by the next one, which ends the work", async () => {
    const { running } = await deployUntil("tracking-server");
    running.kill("SIGKILL");
    await running;
    // Terraform goes on to its end by itself.
    expect(existsSync(lock())).toBe(true);
    const id = async () => (await stack.inspect("tracking-server"))[0]?.Id;
    const made = await id();
    await stack.deploy();
    expect(await id()).toBe(made);
    expect(await stack.plan()).toMatchObject({ changes: false });
    Object.assign(stack, {
      username: "admin",
      password: stack.secrets()["MLFLOW_AUTH_ADMIN_PASSWORD"],
    });
    kept = await KeptData.write(
      stack,
      ["backend-store-data", "artifact-store-data"].map((name) => `${stack.name}_${name}`),
    );
  });

  test("a migration that fails leaves the old server at work", async () => {
    const before = await stack.startedAt("tracking-server");
    const version = await psql("SELECT version_num FROM alembic_version");
    await psql("UPDATE alembic_version SET version_num = 'ffffffffffff'");
    // Its jobs run again when it is gone.
    await stack.docker("volume", "rm", `${stack.name}_db-upgrade-secrets`);
    const { exitCode, text } = await stack.tries("deploy", "--yes");
    expect(exitCode).toBe(1);
    expect(text).toMatch(/db-upgrade \(.*\): its command failed/);
    expect(text).toContain("The database was made by a newer MLflow than this image runs.");
    expect(await stack.startedAt("tracking-server")).toBe(before);
    expect(await serves()).toBe(true);
    expect(await kept.problems()).toEqual([]);
    const { text: shown } = await stack.plan();
    expect(shown).toContain("± replace db-upgrade (job)\n      its last run failed");
    await psql(`UPDATE alembic_version SET version_num = '${version}'`);
    await stack.deploy();
    expect(await stack.startedAt("tracking-server")).toBe(before);
    expect(await stack.plan()).toMatchObject({ changes: false });
  });

  test("a bucket that can't be prepared leaves the old server at work", async () => {
    const before = await stack.startedAt("tracking-server");
    const { MLFLOW_RUSTFS_ACCESS_KEY: key = "" } = stack.secrets();
    stack.editSecrets({ MLFLOW_RUSTFS_ACCESS_KEY: rootKey });
    const { exitCode, text } = await stack.tries("deploy", "--yes");
    expect(exitCode).toBe(1);
    expect(text).toContain("artifact store: add-user answered");
    expect(await stack.startedAt("tracking-server")).toBe(before);
    expect(await kept.problems()).toEqual([]);
    stack.editSecrets({ MLFLOW_RUSTFS_ACCESS_KEY: key });
    await stack.deploy();
    expect(await stack.plan()).toMatchObject({ changes: false });
    expect(await kept.problems()).toEqual([]);
  });
});
