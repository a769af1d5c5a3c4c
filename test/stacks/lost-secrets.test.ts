import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, test } from "vitest";
import {
  ConfigError,
  resolveDeployment,
  type MlflowDeployment,
} from "../../constructs/mlflow/index.js";
import { planFolder, readFolder, writeFolder } from "../../stacks/generate/folder.js";
import { writeRuntime, type RuntimeName } from "../../stacks/tools/runtime-record.js";
import { writeDeployed } from "../../stacks/tools/deployed-record.js";
import { remoteServer } from "../helpers/deployments.js";
import { stateText } from "./state-text.js";

const scratch = mkdtempSync(join(tmpdir(), "mlstack-lost-"));
afterAll(() => rmSync(scratch, { recursive: true, force: true }));

const remote = resolveDeployment(remoteServer());
const database = resolveDeployment({ topology: "localhost-database" });
const withLogin = resolveDeployment({
  topology: "localhost-database",
  trackingServer: { login: true },
});

const folder = (): string => mkdtempSync(join(scratch, "run-"));

const plan = (deployment: MlflowDeployment, out: string, runtime: RuntimeName) =>
  planFolder({ deployment, out, secrets: {}, keep: undefined, source: "my.env" }, runtime);

/** A folder as a run leaves it; the process runtime has each secret in a file of its own. */
function generated(deployment: MlflowDeployment, runtime: RuntimeName) {
  const out = folder();
  const made = plan(deployment, out, runtime);
  writeFolder(out, made);
  writeRuntime(out, runtime);
  if (runtime === "process") {
    mkdirSync(join(out, "process/secrets"), { recursive: true });
    writeFileSync(join(out, "process/state.json"), "{}\n");
    for (const [name, value] of Object.entries(made.secrets))
      writeFileSync(join(out, "process/secrets", name), value);
  }
  return { out, secrets: made.secrets };
}

function problemsOf(act: () => unknown): readonly string[] {
  try {
    act();
  } catch (error) {
    if (error instanceof ConfigError) return error.problems.map(({ path }) => path);
    throw error;
  }
  return [];
}

describe("with Docker, of a folder that was generated before", () => {
  test("a lost .env is refused with each secret and the ways out", () => {
    const { out } = generated(remote, "docker");
    rmSync(join(out, ".env"));
    const names = remote.secrets.map(({ name }) => name);
    expect(problemsOf(() => plan(remote, out, "docker"))).toStrictEqual(names);
    expect(() => plan(remote, out, "docker")).toThrow(
      `POSTGRES_PASSWORD: is not in "${out}/.env", but this folder was generated with it (PostgreSQL superuser; only the db-upgrade job uses it); put the old line back; or, when the data is not wanted, run "down --delete-data" and then remove "${out}/docker-compose.yml"`,
    );
  });

  test.each(["", "MLFLOW_CRYPTO_KEK_PASSPHRASE=\n"])("so is a line that is lost: %j", (line) => {
    const { out } = generated(remote, "docker");
    const text = readFileSync(join(out, ".env"), "utf8");
    writeFileSync(join(out, ".env"), text.replace(/^MLFLOW_CRYPTO_KEK_PASSPHRASE=.*\n/m, line));
    const problems = problemsOf(() => plan(remote, out, "docker"));
    expect(problems).toStrictEqual(["MLFLOW_CRYPTO_KEK_PASSPHRASE"]);
  });

  test("also when its Compose file is no YAML any more", () => {
    const { out } = generated(database, "docker");
    rmSync(join(out, ".env"));
    const file = join(out, "docker-compose.yml");
    writeFileSync(file, `${readFileSync(file, "utf8")}\n\t: {`);
    const problems = problemsOf(() => plan(database, out, "docker"));
    expect(problems).toStrictEqual(["MLFLOW_CRYPTO_KEK_PASSPHRASE"]);
  });

  test("new ones are made once the Compose file is gone too", () => {
    const { out } = generated(remote, "docker");
    rmSync(join(out, ".env"));
    rmSync(join(out, "docker-compose.yml"));
    expect(plan(remote, out, "docker").made).toHaveLength(remote.secrets.length);
  });

  test("a secret that the deployment newly needs is made", () => {
    const { out } = generated(database, "docker");
    expect(plan(withLogin, out, "docker").made).toStrictEqual([
      "MLFLOW_AUTH_ADMIN_PASSWORD",
      "MLFLOW_FLASK_SERVER_SECRET_KEY",
    ]);
  });
});

describe("of a stack that was deployed before", () => {
  const owner = "me";
  const settingsOf = (deployment: MlflowDeployment, out: string) =>
    ({ deployment, out, secrets: {}, keep: undefined, source: "my.env" }) as const;
  const ofStack = (deployment: MlflowDeployment, out: string) =>
    planFolder(
      { ...settingsOf(deployment, out), removal: "destroy home-lab --delete-data …", owner },
      "terraform",
    );

  function deployed() {
    const out = folder();
    const made = ofStack(remote, out);
    writeFolder(out, made);
    writeDeployed(out, { host: "", secrets: Object.keys(made.secrets) });
    return { out, made };
  }

  test("its marks are made once", () => {
    const { out, made } = deployed();
    const { owner: kept, revisionKey } = ofStack(remote, out);
    expect({ kept, revisionKey }).toStrictEqual({ kept: owner, revisionKey: made.revisionKey });
  });

  test("a lost .env is one line", () => {
    const { out } = deployed();
    rmSync(join(out, ".env"));
    expect(problemsOf(() => ofStack(remote, out))).toStrictEqual([join(out, ".env")]);
    rmSync(join(out, "deployed.json"));
    expect(ofStack(remote, out).made).toHaveLength(remote.secrets.length);
    writeFileSync(join(out, "terraform.tfstate"), stateText({ name: "lab", owner, host: "" }));
    expect(problemsOf(() => ofStack(remote, out))).toStrictEqual([join(out, ".env")]);
  });

  test("a lost line is told by its name, without verbs that a stack has not", () => {
    const { out } = deployed();
    const text = readFileSync(join(out, ".env"), "utf8");
    writeFileSync(join(out, ".env"), text.replace(/^POSTGRES_PASSWORD=.*\n/m, ""));
    expect(problemsOf(() => ofStack(remote, out))).toStrictEqual(["POSTGRES_PASSWORD"]);
    expect(() => ofStack(remote, out)).not.toThrow(/\bdown\b/);
  });

  test("what only removes makes no secret, and knows whose it is", () => {
    const { out, made } = deployed();
    rmSync(join(out, ".env"));
    const found = readFolder({ ...settingsOf(remote, out), owner });
    expect(found).toMatchObject({ files: [], changes: [], made: [], owner });
    expect(new Set(Object.values(found.secrets))).toStrictEqual(new Set([""]));
    expect(Object.keys(found.secrets)).toStrictEqual(Object.keys(made.secrets));
    expect(readFolder(settingsOf(remote, out)).owner).toBe("");
  });
});

describe("as a process, of a folder that was started before", () => {
  test("a lost .env gets the values that the process still has", () => {
    const { out, secrets } = generated(withLogin, "process");
    rmSync(join(out, ".env"));
    const { secrets: found, made, files } = plan(withLogin, out, "process");
    expect({ found, made }).toStrictEqual({ found: secrets, made: [] });
    expect(files.map(({ path }) => path)).not.toContain(".env.previous");
  });

  test("one without them is refused", () => {
    const { out } = generated(withLogin, "process");
    rmSync(join(out, ".env"));
    rmSync(join(out, "process/secrets"), { recursive: true });
    expect(() => plan(withLogin, out, "process")).toThrow(
      `and then remove "${out}/process/state.json"`,
    );
    const names = withLogin.secrets.map(({ name }) => name);
    expect(problemsOf(() => plan(withLogin, out, "process"))).toStrictEqual(names);
  });

  test("a secret that the deployment newly needs is made", () => {
    const { out, secrets } = generated(database, "process");
    const { made, secrets: found } = plan(withLogin, out, "process");
    expect(made).toStrictEqual(["MLFLOW_AUTH_ADMIN_PASSWORD", "MLFLOW_FLASK_SERVER_SECRET_KEY"]);
    expect(found).toMatchObject(secrets);
  });

  test("values of a process that containers came after are not taken", () => {
    const { out } = generated(withLogin, "process");
    rmSync(join(out, ".env"));
    writeRuntime(out, "docker");
    expect(plan(withLogin, out, "docker").made).toHaveLength(3);
  });
});

test("unmarked volumes are gone on with by a folder that has proof of them", () => {
  const files = resolveDeployment({ topology: "localhost-files" });
  const plain = (out: string) =>
    planFolder({ deployment: files, out, secrets: {}, keep: undefined, source: "" }, "terraform");
  const empty = folder();
  expect(plain(empty).mayAdopt).toBe(false);
  writeFileSync(join(empty, ".env"), "");
  expect(plain(empty).mayAdopt).toBe(true);
  expect(plan(remote, folder(), "docker").mayAdopt).toBe(false);
  const { out } = generated(remote, "docker");
  expect(plan(remote, out, "docker").mayAdopt).toBe(true);
  const look = { deployment: remote, out, secrets: {}, keep: undefined, source: "" };
  expect(readFolder(look).mayAdopt).toBe(true);
  expect(readFolder({ ...look, out: folder() }).mayAdopt).toBe(false);
});
