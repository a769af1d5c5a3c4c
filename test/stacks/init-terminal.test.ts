import { existsSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { beforeEach, describe, expect, test } from "vitest";
import { builtCommand, filesIn, modeOf, valuesOf } from "./command.js";
import { down, enter, hasTerminal, interrupt, onTerminal, type Step } from "./terminal.js";

const command = builtCommand();
const init = (cwd: string, words: readonly string[], steps: readonly Step[]) =>
  onTerminal(command.script(), ["init", ...words], cwd, steps);

describe("init on a terminal", () => {
  beforeEach(async (context) => {
    if (!(await hasTerminal())) context.skip("there is no Python 3.10 to open a terminal with");
  });

  test("writes the defaults when Enter answers everything", async () => {
    const cwd = command.folder();
    const { exitCode, stdout } = await init(
      cwd,
      ["remote-server"],
      [
        ["Size of the machine", enter],
        ["Address the server answers on", enter],
        ["Port", enter],
        ["Where experiments and models are kept", enter],
        ["Where artifacts are kept", enter],
      ],
    );
    const file = join(cwd, "mlflow/remote-server/mlstack.env");
    expect(stdout).toContain("Wrote mlflow/remote-server/mlstack.env. Next:");
    expect(exitCode).toBe(0);
    expect(modeOf(file)).toBe("600");
    expect(valuesOf(file)).toStrictEqual({
      MLSTACK_PROFILE: "n100",
      MLFLOW_HOST: "127.0.0.1",
      MLFLOW_PORT: "5000",
      MLSTACK_BACKEND_STORE: "postgres",
      MLSTACK_ARTIFACT_STORE: "rustfs",
    });
  });

  test("asks for the topology, and for what an answer makes needed", async () => {
    const cwd = command.folder();
    const { exitCode, stdout } = await init(
      cwd,
      [],
      [
        ["Which set-up?", `${down}${down}${enter}`],
        ["Size of the machine", `${down}${enter}`],
        ["Address the server answers on", enter],
        ["Port", enter],
        ["Where experiments and models are kept", enter],
        ["Where artifacts are kept", `${down}${enter}`],
        ["Bucket, as s3://bucket/prefix", `s3://example-mlflow${enter}`],
        ["Its region", enter],
        ["How the server logs in there", enter],
        ["Access key of the server", `AKIAEXAMPLE${enter}`],
        ["That key's secret", `amazon-secret${enter}`],
      ],
    );
    expect(exitCode).toBe(0);
    expect(stdout).not.toMatch(/amazon-secret|Fill in/);
    expect(valuesOf(join(cwd, "mlflow/remote-server/mlstack.env"))).toStrictEqual({
      MLSTACK_PROFILE: "small",
      MLFLOW_HOST: "127.0.0.1",
      MLFLOW_PORT: "5000",
      MLSTACK_BACKEND_STORE: "postgres",
      MLSTACK_ARTIFACT_STORE: "s3",
      MLFLOW_ARTIFACTS_DESTINATION: "s3://example-mlflow",
      AWS_DEFAULT_REGION: "us-east-1",
      MLSTACK_S3_CREDENTIALS: "keys",
      AWS_ACCESS_KEY_ID: "AKIAEXAMPLE",
      AWS_SECRET_ACCESS_KEY: "amazon-secret",
    });
  });

  test("a secret that is not typed stays as it is, or is named to be filled in", async () => {
    const cwd = command.folder();
    const file = join(cwd, "my.env");
    writeFileSync(file, "AWS_ACCESS_KEY_ID=AKIAEXAMPLE\n");
    const store = ["--artifact-store", "s3", "--destination", "s3://example-mlflow"];
    const flags = ["--profile", "small", "--port", "5001", "--host", "127.0.0.1", ...store];
    const others = ["--region", "us-east-1", "--backend-store", "postgres", "-e", "my.env"];
    const { exitCode, stdout } = await init(
      cwd,
      ["remote-server", ...flags, ...others],
      [
        ["How the server logs in there", enter],
        ["(empty: as it is)", enter],
        ["(empty: fill it into the file later)", enter],
      ],
    );
    expect(exitCode).toBe(0);
    expect(stdout).toContain("Wrote my.env. Fill in there: AWS_SECRET_ACCESS_KEY. Next:");
    expect(valuesOf(file)).toMatchObject({
      AWS_ACCESS_KEY_ID: "AKIAEXAMPLE",
      AWS_SECRET_ACCESS_KEY: "",
    });
  });

  test("offers what the file has, and does not ask what a flag says", async () => {
    const cwd = command.folder();
    writeFileSync(join(cwd, "my.env"), "MLFLOW_PORT=5001\nMLSTACK_PROFILE=small\n");
    const words = ["localhost-files", "-e", "my.env", "--profile", "medium"];
    const { exitCode, stdout } = await init(cwd, words, [
      ["Port", enter],
      ["Folder for the data", enter],
    ]);
    expect(exitCode).toBe(0);
    expect(stdout).not.toContain("Size of the machine");
    expect(valuesOf(join(cwd, "my.env"))).toStrictEqual({
      MLSTACK_PROFILE: "medium",
      MLFLOW_PORT: "5001",
    });
  });

  test.each<[string, readonly Step[]]>([
    ["at the first question", [["Size of the machine", interrupt]]],
    [
      "in the middle",
      [
        ["Size of the machine", enter],
        ["Port", interrupt],
      ],
    ],
  ])("writes nothing after Ctrl-C %s", async (_, steps) => {
    const cwd = command.folder();
    const { exitCode, stdout } = await init(cwd, ["localhost-files"], steps);
    expect(exitCode).toBe(1);
    expect(stdout).toContain("Nothing written.");
    expect(filesIn(cwd)).toStrictEqual({});
    expect(existsSync(join(cwd, "mlflow"))).toBe(false);
  });

  test("--yes asks nothing", async () => {
    const cwd = command.folder();
    const { exitCode, stdout } = await init(cwd, ["localhost-files", "--yes"], []);
    expect(exitCode).toBe(0);
    expect(stdout).toMatch(/^Wrote /);
  });
});
