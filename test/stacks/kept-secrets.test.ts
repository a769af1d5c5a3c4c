import { appendFileSync, chmodSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { builtCommand, filesIn, modeOf, valuesOf } from "./command.js";

const command = builtCommand();
const out = "mlflow/remote-server";
const generate = (cwd: string, ...flags: string[]) =>
  command.run(["generate", "remote-server", ...flags], { cwd });

const passwords = (cwd: string): Readonly<Record<string, string>> => {
  const { MLSTACK_SECRETS_REVISION: _, ...values } = valuesOf(join(cwd, out, ".env"));
  return values;
};

test("later runs with other options keep every secret", async () => {
  const cwd = command.folder();
  await generate(cwd);
  const before = readFileSync(join(cwd, out, ".env"), "utf8");
  await generate(cwd, "--port", "5001", "--profile", "medium");
  await generate(cwd, "--set", "MLFLOW_AUTH_ADMIN_USERNAME=ops");
  expect(readFileSync(join(cwd, out, ".env"), "utf8")).toBe(before);
});

test("lines of .env that nothing uses stay, also those of the user", async () => {
  const cwd = command.folder();
  await generate(cwd);
  const value = "C:\\some where\\it's $5";
  appendFileSync(
    join(cwd, out, ".env"),
    `COMPOSE_PROFILES=extra\r\nMINE="${value.replaceAll("\\", "\\\\").replace("$", "\\$")}"\r\n`,
  );
  const before = passwords(cwd);
  expect(before["MINE"]).toBe(value);
  await generate(cwd, "--port", "5001");
  expect(passwords(cwd)).toStrictEqual(before);
});

test("a value that the user changed in .env is kept, and its readers are told", async () => {
  const cwd = command.folder();
  await generate(cwd);
  const file = join(cwd, out, ".env");
  const { MLSTACK_SECRETS_REVISION: revision } = valuesOf(file);
  const text = readFileSync(file, "utf8");
  writeFileSync(file, text.replace(/^(MLFLOW_AUTH_ADMIN_PASSWORD)=.*$/m, "$1='changed by hand'"));
  await generate(cwd);
  expect(valuesOf(file)["MLFLOW_AUTH_ADMIN_PASSWORD"]).toBe("changed by hand");
  expect(valuesOf(file)["MLSTACK_SECRETS_REVISION"]).not.toBe(revision);
  expect(modeOf(file)).toBe("600");
});

test("a line of .env that cannot be read is refused before its password gets lost", async () => {
  const cwd = command.folder();
  await generate(cwd);
  const file = join(cwd, out, ".env");
  writeFileSync(
    file,
    readFileSync(file, "utf8").replace("POSTGRES_PASSWORD=", "POSTGRES_PASSWORD='"),
  );
  const before = filesIn(cwd);
  const { exitCode, stderr } = await generate(cwd, "--port", "5001");
  expect({ exitCode, stderr }).toStrictEqual({
    exitCode: 2,
    stderr: `${file}:4: POSTGRES_PASSWORD has a quote that does not end`,
  });
  expect(filesIn(cwd)).toStrictEqual(before);
});

test("a lost .env gets other secrets in the next run", async () => {
  const cwd = command.folder();
  await generate(cwd);
  const before = passwords(cwd);
  rmSync(join(cwd, out, ".env"));
  await generate(cwd);
  expect(Object.keys(passwords(cwd))).toStrictEqual(Object.keys(before));
  for (const [name, value] of Object.entries(passwords(cwd))) expect(before[name]).not.toBe(value);
});

describe("swapping RustFS for Amazon S3 and back", () => {
  const toS3 = ["--set", "MLSTACK_ARTIFACT_STORE=s3"];
  const bucket = ["--set", "MLFLOW_ARTIFACTS_DESTINATION=s3://example-mlflow"];
  const keys = ["AWS_ACCESS_KEY_ID=AKIAEXAMPLE", "AWS_SECRET_ACCESS_KEY=amazon-secret"];
  const withKeys = keys.flatMap((text) => ["--set", text]);
  const back = [
    "MLSTACK_ARTIFACT_STORE=rustfs",
    "MLFLOW_ARTIFACTS_DESTINATION=",
    ...keys.map((text) => text.replace(/=.*/, "=")),
  ].flatMap((text) => ["--set", text]);

  test("asks for Amazon's keys instead of taking RustFS's", async () => {
    const cwd = command.folder();
    await generate(cwd);
    const before = filesIn(cwd);
    const { exitCode, stderr } = await generate(cwd, ...toS3, ...bucket);
    expect(exitCode).toBe(2);
    expect(stderr.split("\n").map((line) => line.split(":")[0])).toStrictEqual([
      "AWS_ACCESS_KEY_ID",
      "AWS_SECRET_ACCESS_KEY",
    ]);
    expect(filesIn(cwd)).toStrictEqual(before);
  });

  test("keeps RustFS's keys and gives each store its own", async () => {
    const cwd = command.folder();
    await generate(cwd);
    const before = passwords(cwd);
    await generate(cwd, ...toS3, ...bucket, ...withKeys);
    const amazon = { AWS_ACCESS_KEY_ID: "AKIAEXAMPLE", AWS_SECRET_ACCESS_KEY: "amazon-secret" };
    expect(passwords(cwd)).toStrictEqual({ ...before, ...amazon });
    expect(filesIn(join(cwd, out))["docker-compose.yml"]).not.toMatch(/rustfs|RUSTFS/);
    const { exitCode } = await generate(cwd, ...back);
    expect(exitCode).toBe(0);
    expect(passwords(cwd)).toMatchObject(before);
    const compose = filesIn(join(cwd, out))["docker-compose.yml"] ?? "";
    expect(compose).toContain("RUSTFS_SECRET_KEY");
    expect(compose).not.toContain("AWS_SECRET_ACCESS_KEY\n");
  });
});

describe("what changed is printed", () => {
  test("with the places in the Compose file, and without any secret", async () => {
    const cwd = command.folder();
    const first = await generate(cwd);
    const admin = "MLFLOW_AUTH_ADMIN_PASSWORD=given-by-the-user";
    const second = await generate(cwd, "--set", admin, "--port", "5001");
    expect(second.stdout).toMatch(
      /^mlflow\/remote-server:\n {2}new {6}mlstack\.env\n {2}changed {2}\.env\n {13}MLFLOW_AUTH_ADMIN_PASSWORD: changed\n {2}changed {2}docker-compose\.yml\n/,
    );
    expect(second.stdout).toContain('ports: ["127.0.0.1:5000:5000"] -> ["127.0.0.1:5001:5000"]');
    const said = [first, second].map(({ stdout, stderr }) => stdout + stderr).join("\n");
    for (const value of Object.values(passwords(cwd))) expect(said).not.toContain(value);
  });

  test("also of the settings that flags left, by their names", async () => {
    const cwd = command.folder();
    await generate(cwd, "--set", "RUSTFS_SECRET_KEY=first-secret");
    const { stdout } = await generate(cwd, "--set", "RUSTFS_SECRET_KEY=second-secret");
    expect(stdout).toContain("  changed  mlstack.env\n             RUSTFS_SECRET_KEY: changed\n");
    expect(stdout).not.toMatch(/first-secret|second-secret/);
  });
});

test(".env is for its owner alone again after the next change", async () => {
  const cwd = command.folder();
  await generate(cwd);
  const file = join(cwd, out, ".env");
  chmodSync(file, 0o644);
  await generate(cwd, "--set", "RUSTFS_SECRET_KEY=another-secret");
  expect(modeOf(file)).toBe("600");
});
