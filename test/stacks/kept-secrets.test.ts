import { appendFileSync, chmodSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
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

describe("swapping RustFS for Amazon S3 and back", () => {
  const toS3 = ["--set", "MLSTACK_ARTIFACT_STORE=s3"];
  const bucket = ["--set", "MLFLOW_ARTIFACTS_DESTINATION=s3://example-mlflow"];
  const keys = "AWS_ACCESS_KEY_ID=AKIAEXAMPLE\nAWS_SECRET_ACCESS_KEY=amazon-secret\n";
  const back = [
    "MLSTACK_ARTIFACT_STORE=rustfs",
    "MLFLOW_ARTIFACTS_DESTINATION=",
    "AWS_ACCESS_KEY_ID=",
    "AWS_SECRET_ACCESS_KEY=",
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
    writeFileSync(join(cwd, out, "mlstack.env"), keys);
    await generate(cwd, ...toS3, ...bucket);
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
    writeFileSync(join(cwd, "my.env"), "MLFLOW_DB_PASSWORD=given-by-the-user\n");
    const second = await generate(cwd, "-e", "my.env", "--port", "5001");
    expect(second.stdout).toMatch(
      /^mlflow\/remote-server:\n {2}new {6}mlstack\.env\n {2}new {6}\.env\.previous\n {2}changed {2}\.env\n {13}MLFLOW_DB_PASSWORD: changed\n {2}changed {2}docker-compose\.yml\n/,
    );
    expect(second.stdout).toContain('ports: ["127.0.0.1:5000:5000"] -> ["127.0.0.1:5001:5000"]');
    const said = [first, second].map(({ stdout, stderr }) => stdout + stderr).join("\n");
    for (const value of Object.values(passwords(cwd))) expect(said).not.toContain(value);
  });

  test("also of the settings that flags left, by their names", async () => {
    const cwd = command.folder();
    await generate(cwd, "--port", "5001");
    const { stdout } = await generate(cwd, "--port", "5002");
    expect(stdout).toContain("  changed  mlstack.env\n             MLFLOW_PORT: changed\n");
  });
});

describe("an env file with another value than .env", () => {
  const given = (cwd: string, line: string) => {
    writeFileSync(join(cwd, "my.env"), `${line}\n`);
    return generate(cwd, "-e", "my.env");
  };

  test.each([
    "POSTGRES_PASSWORD",
    "RUSTFS_ACCESS_KEY",
    "RUSTFS_SECRET_KEY",
    "MLFLOW_AUTH_ADMIN_PASSWORD",
    "MLFLOW_CRYPTO_KEK_PASSPHRASE",
  ])("is refused for %s, which existing data was made with", async (name) => {
    const cwd = command.folder();
    await generate(cwd);
    const before = filesIn(join(cwd, out));
    const { exitCode, stderr } = await given(cwd, `${name}=${"another-secret-".repeat(3)}`);
    const [mine, kept] = [join(cwd, "my.env"), join(cwd, out, ".env")];
    expect({ exitCode, stderr }).toStrictEqual({
      exitCode: 2,
      stderr: `${name}: is another value in "${mine}" than in "${kept}", with which the data was made; remove it from "${mine}", or write the value that opens the data into both`,
    });
    expect(filesIn(join(cwd, out))).toStrictEqual(before);
  });

  test("wins for what is set anew, and the old .env stays beside the new one", async () => {
    const cwd = command.folder();
    await generate(cwd);
    const before = readFileSync(join(cwd, out, ".env"), "utf8");
    const { exitCode } = await given(cwd, "MLFLOW_DB_PASSWORD=another-secret");
    expect(exitCode).toBe(0);
    expect(passwords(cwd)["MLFLOW_DB_PASSWORD"]).toBe("another-secret");
    const previous = join(cwd, out, ".env.previous");
    expect(readFileSync(previous, "utf8")).toBe(before);
    expect(modeOf(previous)).toBe("600");
    expect((await generate(cwd, "-e", "my.env")).stdout).toBe(`${out}: nothing changes`);
  });

  test("does not undo what the user wrote into .env since", async () => {
    const cwd = command.folder();
    const admin = "MLFLOW_AUTH_ADMIN_PASSWORD=first-of-the-user";
    mkdirSync(join(cwd, out), { recursive: true });
    writeFileSync(join(cwd, out, "mlstack.env"), `${admin}\n`);
    await generate(cwd);
    const file = join(cwd, out, ".env");
    writeFileSync(file, readFileSync(file, "utf8").replace(admin, `${admin}-changed`));
    const { exitCode } = await generate(cwd);
    expect(exitCode).toBe(2);
    expect(passwords(cwd)["MLFLOW_AUTH_ADMIN_PASSWORD"]).toBe("first-of-the-user-changed");
  });
});

describe("--set of a secret", () => {
  test("is refused, because others would see it, and shows nothing of it", async () => {
    const cwd = command.folder();
    const uri = "MLFLOW_BACKEND_STORE_URI=postgresql+psycopg2://u:cAnArY@db/mlflow";
    const flags = ["--set", "RUSTFS_SECRET_KEY=cAnArY-secret", "--set", uri];
    const { exitCode, stderr } = await generate(cwd, ...flags);
    expect(exitCode).toBe(2);
    expect(stderr.split("\n")).toStrictEqual(
      ["RUSTFS_SECRET_KEY", "MLFLOW_BACKEND_STORE_URI"].map(
        (name) =>
          `${name}: must not be given with --set, because the shell's history and the list of processes show it; put it into an env file and pass that with -e FILE`,
      ),
    );
    expect(filesIn(cwd)).toStrictEqual({});
  });

  test("is taken for the URI of a file, which is none", async () => {
    const uri = "MLFLOW_BACKEND_STORE_URI=sqlite:////srv/mlflow/mlflow.db";
    const { exitCode } = await command.run(["generate", "localhost-database", "--set", uri]);
    expect(exitCode).toBe(0);
  });
});

describe("files with passwords that others may read", () => {
  test.each([".env", "mlstack.env", ".env.previous"])("%s is its owner's again", async (name) => {
    const cwd = command.folder();
    await generate(cwd, "--port", "5001");
    const file = join(cwd, out, name);
    if (name === ".env.previous") writeFileSync(file, "RUSTFS_SECRET_KEY=before\n");
    chmodSync(file, 0o644);
    const check = await generate(cwd, "--check");
    expect(check.exitCode).toBe(1);
    expect(check.stdout).toContain(`  changed  ${name}\n             permissions: open to others`);
    expect(modeOf(file)).toBe("644");
    await generate(cwd);
    expect(modeOf(file)).toBe("600");
    expect((await generate(cwd)).stdout).toBe(`${out}: nothing changes`);
  });

  test("so is one whose text changes as well", async () => {
    const cwd = command.folder();
    await generate(cwd);
    const file = join(cwd, out, ".env");
    chmodSync(file, 0o644);
    writeFileSync(join(cwd, "my.env"), "MLFLOW_DB_PASSWORD=another-secret\n");
    await generate(cwd, "-e", "my.env");
    expect(modeOf(file)).toBe("600");
  });
});
