import { existsSync, mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { builtCommand, filesIn } from "./command.js";

const command = builtCommand();

test("every problem is in one list, and nothing is written", async () => {
  const cwd = command.folder();
  const flags = ["--port", "5k", "--profile", "big", "--host", "lan", "--name", "My MLflow"];
  const words = ["generate", "remote-server", ...flags, "--set", "MLFLOW_PROT=1"];
  const { exitCode, stdout, stderr } = await command.run(words, { cwd });
  expect({ exitCode, stdout }).toStrictEqual({ exitCode: 2, stdout: "" });
  expect(stderr.split("\n")).toStrictEqual([
    'MLSTACK_PROFILE: must be "n100" or "small" or "medium"; got "big"',
    'MLFLOW_PORT: must be a whole number; got "5k"',
    "MLFLOW_PROT: is not a variable of mlflow-stacks; remove it, or correct its name",
    'MLSTACK_NAME: must be 1 to 63 characters of a-z 0-9 - _ and begin with a letter or digit; got "My MLflow"',
    'MLFLOW_HOST: must be an IP address of the host; got "lan"',
  ]);
  expect(filesIn(cwd)).toStrictEqual({});
  expect(existsSync(join(cwd, "mlflow"))).toBe(false);
});

describe("exit 2 with the whole message", () => {
  const remote = ["generate", "remote-server"];
  test.each<[string, readonly string[], string]>([
    [
      "a topology that there is not",
      ["generate", "remote-sever"],
      'topology: must be "localhost-files" or "localhost-database" or "remote-server"; got "remote-sever"',
    ],
    [
      "--set without =",
      [...remote, "--set", "MLFLOW_PORT", "--set", "AWS_SECRET_ACCESS_KEY:cAnArY"],
      '--set: must be NAME=value; begins with "MLFLOW_PORT"\n--set: must be NAME=value; begins with "AWS_SECRET_ACCESS_KEY"',
    ],
    [
      "keys of Amazon S3 that nobody gave",
      [...remote, "--set", "MLFLOW_ARTIFACTS_DESTINATION=s3://example-mlflow"],
      "AWS_ACCESS_KEY_ID: must be set in the env file: key of the tracking server on your S3 store\nAWS_SECRET_ACCESS_KEY: must be set in the env file: that key's secret",
    ],
    [
      "a database of the user's without its URI",
      [...remote, "--set", "MLSTACK_BACKEND_STORE=external"],
      "MLFLOW_BACKEND_STORE_URI: must be set in the env file: URI of your own database, with its password",
    ],
  ])("%s", async (_, words, message) => {
    const cwd = command.folder();
    const { exitCode, stdout, stderr } = await command.run(words, { cwd });
    expect({ exitCode, stdout, stderr }).toStrictEqual({
      exitCode: 2,
      stdout: "",
      stderr: message,
    });
    expect(filesIn(cwd)).toStrictEqual({});
  });

  test.each([
    [["generate", "remote-server", "--prot", "1"], "error: unknown option '--prot'"],
    [["generate"], "error: missing required argument 'topology'"],
    [["generate", "remote-server", "--port"], "error: option '--port <port>' argument missing"],
    [["generte"], "error: unknown command 'generte'"],
  ])("%j", async (words, message) => {
    const { exitCode, stderr } = await command.run(words);
    expect(exitCode).toBe(2);
    expect(stderr).toContain(message);
  });

  test("no words at all: the help", async () => {
    const { exitCode, stderr } = await command.run([]);
    expect(exitCode).toBe(2);
    expect(stderr).toContain("generate [options] <topology>");
  });
});

test("asking for help is no mistake", async () => {
  const { exitCode, stdout } = await command.run(["generate", "--help"]);
  expect(exitCode).toBe(0);
  expect(stdout).toContain("--env-file <file>");
});

describe("an env file", () => {
  test.each([
    [
      "a secret that is of no use, and one that is too short",
      "AWS_ACCESS_KEY_ID=cAnArY\nRUSTFS_SECRET_KEY=cAnArY\n",
      "RUSTFS_SECRET_KEY: must have 8 characters or more\nAWS_ACCESS_KEY_ID: is not used by this deployment; remove it, or change the store it belongs to",
    ],
    [
      "a control character in a password",
      "MLFLOW_AUTH_ADMIN_PASSWORD=cAnArY\tcAnArY\n",
      "MLFLOW_AUTH_ADMIN_PASSWORD: must be one line without control characters",
    ],
  ])("with %s is refused", async (_, text, message) => {
    const cwd = command.folder();
    writeFileSync(join(cwd, "my.env"), text);
    const { exitCode, stdout, stderr } = await run(cwd);
    expect({ exitCode, stdout, stderr }).toStrictEqual({
      exitCode: 2,
      stdout: "",
      stderr: message,
    });
    expect(Object.keys(filesIn(cwd))).toStrictEqual(["my.env"]);
  });

  const run = (cwd: string) => command.run(["generate", "remote-server", "-e", "my.env"], { cwd });

  test("that is not there is named with what makes one", async () => {
    const cwd = command.folder();
    const { exitCode, stderr } = await run(cwd);
    expect(exitCode).toBe(2);
    expect(stderr).toMatch(
      /^--env-file: must be a file; there is none at ".*\/my\.env"; make one with "node .*mlstack\.mjs init"$/,
    );
    expect(filesIn(cwd)).toStrictEqual({});
  });

  test("with lines that cannot be read is refused with their numbers", async () => {
    const cwd = command.folder();
    writeFileSync(join(cwd, "my.env"), "MLFLOW_PORT 5001\n\nA='cAnArY\nB=1\nB=2\n");
    const { exitCode, stderr } = await run(cwd);
    const file = join(cwd, "my.env");
    expect(exitCode).toBe(2);
    expect(stderr.split("\n")).toStrictEqual([
      `${file}:1: must be NAME=value, a comment or empty`,
      `${file}:3: A has a quote that does not end`,
      `${file}:5: B is set a second time`,
    ]);
  });

  test.each([
    ["UTF-16, as PowerShell's > writes it", Buffer.from("\ufeffMLFLOW_PORT=5001\r\n", "utf16le")],
    ["Latin-1", Buffer.from("MLFLOW_AUTH_ADMIN_PASSWORD=gr\u00fc\u00dfe-an-alle\n", "latin1")],
  ])("in another encoding is refused: %s", async (_, bytes) => {
    const cwd = command.folder();
    writeFileSync(join(cwd, "my.env"), bytes);
    const { exitCode, stderr } = await run(cwd);
    expect({ exitCode, stderr }).toStrictEqual({
      exitCode: 2,
      stderr: `${join(cwd, "my.env")}: must be UTF-8 text; save it again as UTF-8`,
    });
  });

  test("that is a folder is refused", async () => {
    const cwd = command.folder();
    mkdirSync(join(cwd, "my.env"));
    const { exitCode, stderr } = await run(cwd);
    expect(exitCode).toBe(2);
    expect(stderr).toBe(
      `${join(cwd, "my.env")}: is a folder, and a file of that name has to be written; move it away`,
    );
  });
});

describe("an output folder that cannot be written", () => {
  test("because it is below a file is named with the way out", async () => {
    const cwd = command.folder();
    writeFileSync(join(cwd, "file"), "mine\n");
    const words = ["generate", "remote-server", "--out", "file/lab"];
    const { exitCode, stdout, stderr } = await command.run(words, { cwd });
    expect({ exitCode, stdout }).toStrictEqual({ exitCode: 2, stdout: "" });
    expect(stderr).toMatch(
      /file\/lab\/[a-z.]+: is below something that is not a folder; name another folder with --out$/,
    );
    expect(filesIn(cwd)).toStrictEqual({ file: "mine\n" });
  });

  test.skipIf(process.platform !== "linux")("because no folder can be made there", async () => {
    const words = ["generate", "remote-server", "--out", "/sys/mlflow"];
    const { exitCode, stderr } = await command.run(words);
    expect(exitCode).toBe(2);
    expect(stderr).toMatch(/^\/sys\/mlflow\/\.env: .*name another folder with --out$/);
  });

  test("because .env is a folder leaves everything as it was", async () => {
    const cwd = command.folder();
    mkdirSync(join(cwd, "mlflow/remote-server/.env"), { recursive: true });
    const { exitCode, stderr } = await command.run(["generate", "remote-server"], { cwd });
    expect(exitCode).toBe(2);
    expect(stderr).toContain(".env: is a folder, and a file of that name has to be written");
    expect(filesIn(cwd)).toStrictEqual({});
  });
});
