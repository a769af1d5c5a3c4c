import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { builtCommand, filesIn, modeOf, timesIn, valuesOf } from "./command.js";

const command = builtCommand();

const need = (flag: string, question: string) =>
  `${flag}: must be given where there is no terminal to ask, or --yes for the defaults: ${question}`;

const missing = {
  profile:
    "--profile: must be given where there is no terminal to ask, or --yes for the defaults: Size of the machine (n100)",
  port: "--port: must be given where there is no terminal to ask, or --yes for the defaults: Port (5000)",
  data: "--data-directory: must be given where there is no terminal to ask, or --yes for the defaults: Folder for the data (empty: a Docker volume, or the output folder)",
  host: "--host: must be given where there is no terminal to ask, or --yes for the defaults: Address the server answers on: 127.0.0.1, or this machine's in the network (127.0.0.1)",
  url: "--public-url: must be given where there is no terminal to ask, or --yes for the defaults: URL people type, such as http://n100.lan:5000 (empty: the address)",
  store:
    "--artifact-store: must be given where there is no terminal to ask, or --yes for the defaults: Where artifacts are kept (rustfs)",
  database: need("--backend-store", "Where experiments and models are kept (sqlite)"),
  postgres: need("--backend-store", "Where experiments and models are kept (postgres)"),
  credentials: need(
    "--s3-credentials",
    "How the server logs in there: with keys, or ambient, the role of the machine (keys)",
  ),
  bucket:
    "--destination: must be given where there is no terminal to ask, or --yes for the defaults: Bucket, as s3://bucket/prefix",
  region:
    "--region: must be given where there is no terminal to ask, or --yes for the defaults: Its region (us-east-1)",
  endpoint:
    "--endpoint: must be given where there is no terminal to ask, or --yes for the defaults: Where the store answers, as https://host:port",
};

describe("init without a terminal lists each flag that is missing", () => {
  test.each<[readonly string[], readonly string[]]>([
    [["localhost-files"], [missing.profile, missing.port, missing.data]],
    [
      ["localhost-database", "--port", "5001"],
      [missing.profile, missing.database, missing.data],
    ],
    [
      ["remote-server"],
      [missing.profile, missing.host, missing.port, missing.postgres, missing.store],
    ],
    [
      ["remote-server", "--host", "192.168.1.20", "--profile", "small"],
      [missing.url, missing.port, missing.postgres, missing.store],
    ],
    [
      ["remote-server", "--host", "127.0.0.1", "--artifact-store", "s3"],
      [
        missing.profile,
        missing.port,
        missing.postgres,
        missing.bucket,
        missing.region,
        missing.credentials,
      ],
    ],
    [
      ["remote-server", "--host", "127.0.0.1", "--artifact-store", "s3-compatible"],
      [
        missing.profile,
        missing.port,
        missing.postgres,
        missing.bucket,
        missing.endpoint,
        missing.region,
      ],
    ],
    [
      [],
      [
        'topology: must be given where there is no terminal to ask, such as "mlstack init remote-server"',
      ],
    ],
  ])("%j", async (words, lines) => {
    const cwd = command.folder();
    const { exitCode, stdout, stderr } = await command.run(["init", ...words], { cwd });
    expect({ exitCode, stdout }).toStrictEqual({ exitCode: 2, stdout: "" });
    expect(stderr.split("\n")).toStrictEqual(lines);
    expect(filesIn(cwd)).toStrictEqual({});
  });

  test("and does not wait for a pipe that stays open", async () => {
    const running = command.start(["init", "remote-server"], { stdin: "pipe", timeout: 10_000 });
    const { exitCode } = await running;
    running.stdin?.end();
    expect(exitCode).toBe(2);
  });

  test("nor for one with answers in it", async () => {
    const options = { input: "\n\n\n\n", timeout: 10_000 };
    const { exitCode } = await command.run(["init", "localhost-files"], options);
    expect(exitCode).toBe(2);
  });
});

describe("init with flags", () => {
  test("writes an env file for its owner alone, which generate takes", async () => {
    const cwd = command.folder();
    const data = ["--data-directory", "./data"];
    const flags = ["--profile", "small", "--port", "5001", ...data, "--set", "MLSTACK_NAME=ann"];
    flags.push("--backend-store", "sqlite");
    const words = ["init", "localhost-database", ...flags, "-e", "my.env"];
    const { exitCode, stdout } = await command.run(words, { cwd });
    expect(exitCode).toBe(0);
    expect(stdout).toMatch(
      /^Wrote my\.env\. Next: node .*mlstack\.mjs up localhost-database -e my\.env$/,
    );
    expect(modeOf(join(cwd, "my.env"))).toBe("600");
    expect(valuesOf(join(cwd, "my.env"))).toStrictEqual({
      MLSTACK_NAME: "ann",
      MLSTACK_PROFILE: "small",
      MLFLOW_PORT: "5001",
      MLSTACK_DATA_DIRECTORY: join(cwd, "data"),
      MLSTACK_BACKEND_STORE: "sqlite",
    });
    const made = await command.run(["generate", "localhost-database", "-e", "my.env"], { cwd });
    expect({ exitCode: made.exitCode, stderr: made.stderr }).toStrictEqual({
      exitCode: 0,
      stderr: "",
    });
    const compose = join(cwd, "mlflow/localhost-database/docker-compose.yml");
    expect(readFileSync(compose, "utf8")).toContain("127.0.0.1:5001:5000");
  });

  test("and --yes takes the defaults of the others", async () => {
    const cwd = command.folder();
    const { exitCode, stdout } = await command.run(["init", "remote-server", "--yes"], { cwd });
    const file = "mlflow/remote-server/mlstack.env";
    expect(exitCode).toBe(0);
    expect(stdout).toMatch(
      /^Wrote mlflow\/remote-server\/mlstack\.env\. Next: .* up remote-server$/,
    );
    expect(valuesOf(join(cwd, file))).toStrictEqual({
      MLSTACK_PROFILE: "n100",
      MLFLOW_HOST: "127.0.0.1",
      MLFLOW_PORT: "5000",
      MLSTACK_BACKEND_STORE: "postgres",
      MLSTACK_ARTIFACT_STORE: "rustfs",
    });
    const { stdout: made } = await command.run(["generate", "remote-server"], { cwd });
    expect(made).toContain("new      .env");
  });

  test("of an S3 store says which lines are to be filled in", async () => {
    const cwd = command.folder();
    const store = ["--artifact-store", "s3", "--destination", "s3://example-mlflow/team"];
    const words = ["init", "remote-server", "--yes", ...store, "--region", "eu-central-1"];
    const { stdout } = await command.run(words, { cwd });
    expect(stdout).toMatch(
      /^Wrote mlflow\/remote-server\/mlstack\.env\. Fill in there: AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY\. Next: /,
    );
    const file = join(cwd, "mlflow/remote-server/mlstack.env");
    const text = readFileSync(file, "utf8");
    writeFileSync(
      file,
      text
        .replace(/^AWS_ACCESS_KEY_ID=$/m, "AWS_ACCESS_KEY_ID=AKIAEXAMPLE")
        .replace(/^AWS_SECRET_ACCESS_KEY=$/m, "AWS_SECRET_ACCESS_KEY=amazon-secret"),
    );
    expect((await command.run(["generate", "remote-server"], { cwd })).exitCode).toBe(0);
    const again = await command.run(words, { cwd });
    expect(again.stdout).toMatch(/^Wrote mlflow\/remote-server\/mlstack\.env\. Next: /);
    expect(valuesOf(file)).toMatchObject({ AWS_SECRET_ACCESS_KEY: "amazon-secret" });
  });

  test("of the machine's role needs no keys", async () => {
    const cwd = command.folder();
    const store = ["--artifact-store", "s3", "--destination", "s3://example-mlflow"];
    const flags = [...store, "--s3-credentials", "ambient", "--yes"];
    const { stdout } = await command.run(["init", "remote-server", ...flags], { cwd });
    expect(stdout).toMatch(/^Wrote mlflow\/remote-server\/mlstack\.env\. Next: /);
    expect((await command.run(["generate", "remote-server"], { cwd })).exitCode).toBe(0);
  });

  test("of a database of the user's says that its URI is to be filled in", async () => {
    const cwd = command.folder();
    const words = ["init", "localhost-database", "--yes", "--backend-store", "external"];
    const { stdout } = await command.run(words, { cwd });
    expect(stdout).toContain("Fill in there: MLFLOW_BACKEND_STORE_URI. Next:");
  });

  test.each([
    ["s3", ["MLSTACK_S3_CREDENTIALS=keys", "AWS_DEFAULT_REGION=eu-central-1"]],
    ["s3-compatible", ["MLFLOW_S3_ENDPOINT_URL=https://s3.lan", "AWS_DEFAULT_REGION=lan"]],
  ])("back to RustFS removes what was of %s, and says so", async (kind, lines) => {
    const cwd = command.folder();
    const file = join(cwd, "my.env");
    const keys = ["AWS_ACCESS_KEY_ID=AKIAEXAMPLE", "AWS_SECRET_ACCESS_KEY=amazon-secret"];
    const bucket = "MLFLOW_ARTIFACTS_DESTINATION=s3://example-mlflow";
    const store = [`MLSTACK_ARTIFACT_STORE=${kind}`, bucket, ...lines, ...keys];
    writeFileSync(file, ["# Ann's", "MLSTACK_NAME=ann", ...store, ""].join("\n"));
    const words = ["init", "remote-server", "--yes", "--artifact-store", "rustfs", "-e", "my.env"];
    const { exitCode, stdout } = await command.run(words, { cwd });
    const name = (line: string) => line.replace(/=.*/, "");
    expect(exitCode).toBe(0);
    expect(stdout.split("\n")[0]).toBe(
      `Removed, as it belongs to another store: ${[bucket, ...lines, ...keys]
        .map(name)
        .join(", ")
        .replace(/, ([^,]*)$/, " and $1")}.`,
    );
    expect(readFileSync(file, "utf8")).toContain("# Ann's\nMLSTACK_NAME=ann\n");
    expect(valuesOf(file)).toStrictEqual({
      MLSTACK_NAME: "ann",
      MLSTACK_ARTIFACT_STORE: "rustfs",
      MLSTACK_PROFILE: "n100",
      MLFLOW_HOST: "127.0.0.1",
      MLFLOW_PORT: "5000",
      MLSTACK_BACKEND_STORE: "postgres",
    });
    const made = await command.run(["generate", "remote-server", "-e", "my.env"], { cwd });
    expect(made.exitCode).toBe(0);
  });

  test("back to PostgreSQL removes the URI of the other database", async () => {
    const cwd = command.folder();
    const uri = "MLFLOW_BACKEND_STORE_URI=postgresql+psycopg2://u:cAnArY@db.lan/mlflow";
    writeFileSync(join(cwd, "my.env"), `${uri}\n`);
    const words = ["init", "remote-server", "--yes", "-e", "my.env"];
    await command.run(words, { cwd });
    expect(valuesOf(join(cwd, "my.env"))).toMatchObject({ MLSTACK_BACKEND_STORE: "external" });
    const { stdout } = await command.run([...words, "--backend-store", "postgres"], { cwd });
    expect(stdout).toMatch(
      /^Removed, as it belongs to another store: MLFLOW_BACKEND_STORE_URI\.\n/,
    );
    expect(stdout).not.toContain("cAnArY");
    expect(readFileSync(join(cwd, "my.env"), "utf8")).not.toContain("cAnArY");
  });

  test("keeps what an earlier run or the user wrote", async () => {
    const cwd = command.folder();
    writeFileSync(join(cwd, "my.env"), "MLSTACK_NAME=ann\nMLFLOW_PORT=5001\n");
    const words = ["init", "localhost-files", "--yes", "--profile", "small", "-e", "my.env"];
    await command.run(words, { cwd });
    expect(valuesOf(join(cwd, "my.env"))).toStrictEqual({
      MLSTACK_NAME: "ann",
      MLSTACK_PROFILE: "small",
      MLFLOW_PORT: "5001",
    });
  });
});

describe("init with wrong answers lists them and writes nothing", () => {
  test("several at once", async () => {
    const cwd = command.folder();
    const flags = ["--profile", "big", "--port", "70000", "--host", "lan"];
    const { exitCode, stderr } = await command.run(["init", "remote-server", "--yes", ...flags], {
      cwd,
    });
    expect(exitCode).toBe(2);
    expect(stderr.split("\n").map((line) => line.split(":")[0])).toStrictEqual([
      "MLSTACK_PROFILE",
      "MLFLOW_HOST",
      "MLFLOW_PORT",
    ]);
    expect(filesIn(cwd)).toStrictEqual({});
  });

  test("an existing file that cannot be read stays as it is", async () => {
    const cwd = command.folder();
    mkdirSync(join(cwd, "lab"));
    writeFileSync(join(cwd, "lab/mlstack.env"), "MLFLOW_PORT=5001\nRUSTFS_SECRET_KEY='abc\n");
    const before = timesIn(cwd);
    const words = ["init", "remote-server", "--yes", "--out", "lab"];
    const { exitCode, stderr } = await command.run(words, { cwd });
    expect({ exitCode, stderr }).toStrictEqual({
      exitCode: 2,
      stderr: `${join(cwd, "lab/mlstack.env")}:2: RUSTFS_SECRET_KEY has a quote that does not end`,
    });
    expect(timesIn(cwd)).toStrictEqual(before);
  });
});
