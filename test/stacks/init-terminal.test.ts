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
      MLSTACK_ARTIFACT_STORE: "rustfs",
    });
  });

  test("asks for the topology, and for what an answer makes needed", async () => {
    const cwd = command.folder();
    const { exitCode } = await init(
      cwd,
      [],
      [
        ["Which set-up?", `${down}${down}${enter}`],
        ["Size of the machine", `${down}${enter}`],
        ["Address the server answers on", enter],
        ["Port", enter],
        ["Where artifacts are kept", `${down}${enter}`],
        ["Bucket, as s3://bucket/prefix", `s3://example-mlflow${enter}`],
        ["Its region", enter],
      ],
    );
    expect(exitCode).toBe(0);
    expect(valuesOf(join(cwd, "mlflow/remote-server/mlstack.env"))).toStrictEqual({
      MLSTACK_PROFILE: "small",
      MLFLOW_HOST: "127.0.0.1",
      MLFLOW_PORT: "5000",
      MLSTACK_ARTIFACT_STORE: "s3",
      MLFLOW_ARTIFACTS_DESTINATION: "s3://example-mlflow",
      AWS_DEFAULT_REGION: "us-east-1",
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
