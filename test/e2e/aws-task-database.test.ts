import { afterAll, afterEach, beforeAll, expect, test } from "vitest";
import type { ManagedTasks } from "../helpers/aws/managed-tasks.js";
import { masterPassword, props, startManagedCase, target } from "../helpers/aws/managed-case.js";
import { showCertificate, type ShownCertificate } from "../helpers/aws/rds.js";
import type { RunningTasks } from "../helpers/aws/running-tasks.js";
import { connect } from "../helpers/aws/server-scripts.js";
import { describeWithDocker } from "../helpers/e2e/engine.js";

describeWithDocker("the migration task of the managed shape", () => {
  let aws: ManagedTasks;
  let tasks: RunningTasks;

  const show = (certificate: ShownCertificate | undefined) =>
    tasks.compose("exec", "--no-TTY", "backend-store", ...showCertificate(certificate));

  beforeAll(async () => {
    aws = await startManagedCase("aws-task-database");
    tasks = aws.tasks;
  });
  afterAll(() => aws?.remove());
  afterEach(async () => {
    await show("right");
  });

  test("makes role and database as a master user that is no superuser", async () => {
    const rights = "rolsuper::text || rolcreatedb || rolcreaterole FROM pg_roles WHERE rolname";
    expect(await tasks.sql(`SELECT ${rights} = 'postgres'`)).toBe("falsetruetrue");
    const { exitCode, all } = await tasks.migrate();
    expect(all).toMatch(/tracking schema \(empty\): upgrading to \w+/);
    expect(exitCode).toBe(0);
    expect(await tasks.sql(`SELECT ${rights} = 'mlflow'`)).toBe("falsefalsefalse");
    const owner = "SELECT pg_get_userbyid(datdba), datacl::text FROM pg_database";
    expect(await tasks.sql(`${owner} WHERE datname = 'mlflow'`)).toBe("mlflow|{mlflow=CTc/mlflow}");
  });

  test("changes nothing when it runs again", async () => {
    const { exitCode, all } = await tasks.migrate();
    expect(all).toMatch(/tracking schema \w+: up to date/);
    expect(exitCode).toBe(0);
  });

  test("connects by TLS with the database's own name", async () => {
    expect(await tasks.pythonInTask(connect)).toMatch(/^connected by TLSv1\.[23]$/);
  });

  test.each([
    ["of-another-authority", "certificate verify failed"],
    ["of-another-name", "does not match host name"],
    [undefined, "server does not support SSL, but SSL was required"],
  ] as const)("a database with a certificate %s is refused at once", async (shown, words) => {
    await show(shown);
    expect(await tasks.pythonInTask(connect)).toContain(words);
    const began = performance.now();
    const { exitCode, all } = await tasks.migrate();
    expect(exitCode).toBe(1);
    expect(all).toContain("backend store: ");
    expect(all).toContain(words);
    expect(performance.now() - began).toBeLessThan(60_000);
  });

  test("a connection without TLS is refused by the database", async () => {
    const said = await tasks.pythonInTask(connect, { PGSSLMODE: "disable" });
    expect(said).toMatch(/no pg_hba\.conf entry .* no encryption/);
  });

  test("gives the role the password that Secrets Manager has now", async () => {
    const before = await aws.secret("MLFLOW_DB_PASSWORD");
    await aws.account.changeSecret(aws.secretArns["MLFLOW_DB_PASSWORD"] ?? "", "another $% 'one'");
    await aws.deploy(props, target);
    expect(await tasks.pythonInTask(connect)).toContain("password authentication failed");
    expect((await tasks.migrate()).exitCode).toBe(0);
    expect(await tasks.pythonInTask(connect)).toContain("connected by TLS");
    const old = await tasks.pythonInTask(connect, { PGPASSWORD: before });
    expect(old).toContain("password authentication failed");
  });

  test("names a master password that RDS has changed meanwhile", async () => {
    await tasks.sql("ALTER ROLE postgres PASSWORD 'a new one'");
    const { exitCode, all } = await tasks.migrate();
    await tasks.sql(`ALTER ROLE postgres PASSWORD $x$${masterPassword}$x$`);
    expect(exitCode).toBe(1);
    expect(all).toContain("POSTGRES_PASSWORD: the database has another password");
    expect(all).not.toContain(masterPassword);
    expect((await tasks.migrate()).exitCode).toBe(0);
  });

  test("refuses a database of a newer release", async () => {
    const now = await tasks.sql("SELECT version_num FROM alembic_version", "mlflow");
    await tasks.sql("UPDATE alembic_version SET version_num = 'ffffffffffff'", "mlflow");
    const { exitCode, all } = await tasks.migrate();
    await tasks.sql(`UPDATE alembic_version SET version_num = '${now}'`, "mlflow");
    expect(exitCode).toBe(1);
    expect(all).toContain("The database was made by a newer MLflow than this image runs.");
    expect((await tasks.migrate()).exitCode).toBe(0);
  });
});
