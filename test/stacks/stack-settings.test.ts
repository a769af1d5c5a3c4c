import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, test, vi } from "vitest";
import { ConfigError } from "../../constructs/mlflow/index.js";
import { readStackSettings, type StackOptions } from "../../stacks/stack/settings.js";
import { writeDeployed } from "../../stacks/tools/deployed-record.js";
import { currentEngine } from "../../stacks/tools/docker-engine.js";
import { flagValues } from "../../stacks/tools/flags.js";
import { messageOf } from "../helpers/deployments.js";
import { stateText, type StateOf } from "./state-text.js";

const scratch = mkdtempSync(join(tmpdir(), "mlstack-settings-"));
afterAll(() => rmSync(scratch, { recursive: true, force: true }));

/** A folder with these files. */
function folder(files: Readonly<Record<string, string>> = {}): string {
  const out = mkdtempSync(join(scratch, "run-"));
  for (const [name, text] of Object.entries(files)) writeFileSync(join(out, name), text);
  return out;
}

const withState = (state: StateOf) => folder({ "terraform.tfstate": stateText(state) });

const read = (out: string, options: StackOptions = {}, engine?: string) =>
  readStackSettings("home-lab", { topology: "localhost-files", out, ...options }, () => engine);

const namesOf = (...words: Parameters<typeof read>) => {
  const { deployment, host } = read(...words);
  return [deployment.name, host.url];
};

function problems(...words: Parameters<typeof read>): readonly string[] {
  try {
    read(...words);
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    return error.problems.map(({ path, problem }) => `${path}: ${problem}`);
  }
  return [];
}

describe("name and host that nobody names", () => {
  test("are defaults where nothing was deployed", () => {
    expect(namesOf(folder())).toEqual(["mlflow-home-lab", undefined]);
    expect(namesOf(folder({ "terraform.tfstate": "" }))).toEqual(["mlflow-home-lab", undefined]);
  });

  test("are those of the last deploy, also before what the state tells", () => {
    const out = withState({ name: "b", owner: "me", host: "ssh://me@b" });
    expect(namesOf(out)).toEqual(["b", "ssh://me@b"]);
    writeDeployed(out, { host: "ssh://me@a", name: "a", secrets: [] });
    expect(namesOf(out)).toEqual(["a", "ssh://me@a"]);
    expect(read(out).place).toMatchObject({ name: "a", owner: "me" });
  });

  test("give way to those that somebody names", () => {
    const out = withState({ name: "a", owner: "me", host: "ssh://me@a" });
    expect(namesOf(out, { name: "b", host: "ssh://me@b" })).toEqual(["b", "ssh://me@b"]);
    expect(namesOf(out, {}, "ssh://me@c")).toEqual(["a", "ssh://me@c"]);
  });

  test("are not read from a file that the state is no longer in", () => {
    const out = withState({ name: "a", owner: "me", host: "ssh://me@a" });
    expect(namesOf(out, { state: "pg" })).toEqual(["mlflow-home-lab", undefined]);
  });

  test("are asked for where the state has the one and not the other", () => {
    const out = withState({ name: "a", owner: "me" });
    expect(problems(out)).toEqual([
      expect.stringMatching(/^MLSTACK_DOCKER_HOST: must be given \(--host\), .*"a"/),
    ]);
    expect(namesOf(out, { host: "unix:///var/run/docker.sock" })[0]).toBe("a");
  });
});

describe("a state that is damaged", () => {
  const half = stateText({ name: "a", owner: "me" }).slice(0, 40);

  test.each([half, "[]", '{"version":4}'])("is told: %s", (text) => {
    const out = folder({ "terraform.tfstate": text });
    expect(problems(out)).toEqual([
      `${join(out, "terraform.tfstate")}: is damaged; put a backup of it in its place, or remove it: the next deploy makes everything anew around the data`,
    ]);
  });

  test("a backup that can be read is named", () => {
    const good = stateText({ name: "a", owner: "me" });
    const out = folder({ "terraform.tfstate": half, "terraform.tfstate.backup": good });
    expect(problems(out)[0]).toContain(
      `put "${join(out, "terraform.tfstate.backup")}" in its place`,
    );
  });
});

describe("this machine's socket", () => {
  const socket = "unix:///var/run/docker.sock";

  test("is no other host than the one that docker finds by itself", () => {
    expect(namesOf(folder(), { host: socket })).toEqual(["mlflow-home-lab", undefined]);
    vi.stubEnv("DOCKER_HOST", socket);
    expect(currentEngine()).toBeUndefined();
    vi.unstubAllEnvs();
  });

  test("is one beside DOCKER_HOST of another engine", () => {
    expect(namesOf(folder(), { host: socket }, "ssh://me@box")[1]).toBe(socket);
  });
});

describe("settings of ssh that an earlier run has left", () => {
  const left = { "mlstack.env": "MLSTACK_DOCKER_HOST=ssh://me@box\nMLSTACK_SSH_JUMP=me@gate\n" };

  test("are left aside for a host without ssh, also from then on", () => {
    const out = folder(left);
    const { host, notes, keep } = read(out, { host: "unix:///run/other.sock" });
    expect(host).toMatchObject({ url: "unix:///run/other.sock", sshOptions: [] });
    expect(notes).toEqual([
      `MLSTACK_SSH_JUMP of "${join(out, "mlstack.env")}" is left aside, because unix:///run/other.sock needs no ssh`,
    ]);
    writeFileSync(join(out, "mlstack.env"), keep?.text ?? "");
    expect(read(out)).toMatchObject({ host: { url: "unix:///run/other.sock" }, notes: [] });
  });

  test("stay with a host that needs them, and a flag beside it is refused", () => {
    expect(read(folder(left), { host: "ssh://me@other" }).host.jump).toBe("me@gate");
    expect(problems(folder(left), { host: "unix:///run/o.sock", jump: "me@gate" })).toEqual([
      expect.stringMatching(/^MLSTACK_SSH_JUMP: must not be given without an ssh:/),
    ]);
  });
});

test("what is wrong with flags and with the env file is in one list", () => {
  const out = folder({ "mlstack.env": "MLFLOW_WORKERS=many\nMLFLOW_PROT=1\n" });
  const flags = { host: "box", set: ["X"], port: "x", state: "gs://bucket", sshKey: "~/key" };
  const paths = problems(out, flags).map((line) => line.split(":")[0]);
  expect(paths).toEqual([
    "--host",
    "--set",
    "MLSTACK_STATE",
    "MLFLOW_PORT",
    "MLFLOW_WORKERS",
    "MLFLOW_PROT",
  ]);
});

test("a line that can't be read is told with the flags", () => {
  const out = folder({ "mlstack.env": "what\n" });
  expect(problems(out, { set: ["X"] }).map((line) => line.split(" ")[0])).toEqual([
    "--set:",
    `${join(out, "mlstack.env")}:1:`,
  ]);
});

test("an empty --name is refused: a script's variable may be unset", () => {
  expect(messageOf(() => flagValues({ name: "" }))).toBe(
    "--name: must not be empty; leave it out, or name one",
  );
  expect(flagValues({ name: "lab" })).toEqual({ MLSTACK_NAME: "lab" });
});
