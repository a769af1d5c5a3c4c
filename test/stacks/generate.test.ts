import { join } from "node:path";
import { appendFileSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { resolveDeployment, topologyNames } from "../../constructs/mlflow/index.js";
import { builtCommand, filesIn, modeOf, timesIn, valuesOf } from "./command.js";

const command = builtCommand();

describe.each(topologyNames)("generate %s with nothing but the name", (topology) => {
  const out = join("mlflow", topology);

  test("writes the whole folder and says how to start it", async () => {
    const cwd = command.folder();
    const { exitCode, stdout, stderr } = await command.run(["generate", topology], { cwd });
    expect({ exitCode, stderr }).toStrictEqual({ exitCode: 0, stderr: "" });
    expect(stdout).toContain(`cd ${out} && docker compose up -d --wait`);
    const files = Object.keys(filesIn(join(cwd, out))).filter((path) => !path.endsWith(".py"));
    expect(files.sort()).toStrictEqual([
      ".env",
      "client.env",
      "client.ps1",
      "docker-compose.yml",
      "tracking-server/Dockerfile",
      "tracking-server/requirements.lock",
    ]);
  });

  test("has every secret of the deployment in .env, for its owner alone", async () => {
    const cwd = command.folder();
    await command.run(["generate", topology], { cwd });
    const file = join(cwd, out, ".env");
    const { secrets } = resolveDeployment({ topology });
    expect(modeOf(file)).toBe("600");
    expect(Object.keys(valuesOf(file))).toStrictEqual([
      ...secrets.map(({ name }) => name),
      ...(secrets.length > 0 ? ["MLSTACK_SECRETS_REVISION"] : []),
    ]);
  });

  test("changes nothing the second time", async () => {
    const cwd = command.folder();
    await command.run(["generate", topology], { cwd });
    const before = timesIn(cwd);
    const { exitCode, stdout } = await command.run(["generate", topology], { cwd });
    expect({ exitCode, stdout }).toStrictEqual({ exitCode: 0, stdout: `${out}: nothing changes` });
    expect(timesIn(cwd)).toStrictEqual(before);
  });
});

describe("--check", () => {
  test("writes nothing and exits 1 where files would be new", async () => {
    const cwd = command.folder();
    const { exitCode, stdout } = await command.run(["generate", "remote-server", "--check"], {
      cwd,
    });
    expect(exitCode).toBe(1);
    expect(stdout).toMatch(/^mlflow\/remote-server would change:\n {2}new {6}\.env\n/);
    expect(filesIn(cwd)).toStrictEqual({});
  });

  test("writes nothing and exits 0 where nothing changes", async () => {
    const cwd = command.folder();
    await command.run(["generate", "remote-server"], { cwd });
    const before = timesIn(cwd);
    const { exitCode } = await command.run(["generate", "remote-server", "--check"], { cwd });
    expect(exitCode).toBe(0);
    expect(timesIn(cwd)).toStrictEqual(before);
  });

  test("writes nothing and exits 1 where a flag would change something", async () => {
    const cwd = command.folder();
    await command.run(["generate", "remote-server"], { cwd });
    const before = timesIn(cwd);
    const words = ["generate", "remote-server", "--port", "5001", "--check"];
    const { exitCode, stdout } = await command.run(words, { cwd });
    expect(exitCode).toBe(1);
    expect(stdout).toContain('ports: ["127.0.0.1:5000:5000"] -> ["127.0.0.1:5001:5000"]');
    expect(timesIn(cwd)).toStrictEqual(before);
  });
});

describe("flags", () => {
  test("stay with the folder, so that the next run needs none", async () => {
    const cwd = command.folder();
    const out = join(cwd, "lab");
    const words = ["generate", "localhost-files", "--out", "lab"];
    const flags = ["--port", "5001", "--name", "ann", "--profile", "small", "--runtime", "docker"];
    await command.run([...words, ...flags, "--set", "MLFLOW_WORKERS=1"], { cwd });
    expect(valuesOf(join(out, "mlstack.env"))).toStrictEqual({
      MLSTACK_RUNTIME: "docker",
      MLSTACK_NAME: "ann",
      MLSTACK_PROFILE: "small",
      MLFLOW_PORT: "5001",
      MLFLOW_WORKERS: "1",
    });
    expect(modeOf(join(out, "mlstack.env"))).toBe("600");
    const { stdout } = await command.run(words, { cwd });
    expect(stdout).toBe("lab: nothing changes");
  });

  test("win over the env file, and are not kept beside one that was named", async () => {
    const cwd = command.folder();
    writeFileSync(join(cwd, "my.env"), "\ufeffMLFLOW_PORT=5001\r\nMLSTACK_NAME=ann\r\n");
    const words = ["generate", "localhost-files", "--env-file", "my.env", "--port", "5002"];
    const { exitCode } = await command.run(words, { cwd });
    const files = filesIn(join(cwd, "mlflow/localhost-files"));
    expect(exitCode).toBe(0);
    expect(files).not.toHaveProperty("mlstack.env");
    expect(files["docker-compose.yml"]).toContain("127.0.0.1:5002:5000");
    expect(files["docker-compose.yml"]).toContain("name: ann");
  });

  test("name a data folder relative to where they were typed", async () => {
    const cwd = command.folder();
    const words = ["generate", "localhost-files", "--data-directory", "./my data"];
    await command.run(words, { cwd });
    const file = join(cwd, "mlflow/localhost-files/docker-compose.yml");
    expect(readFileSync(file, "utf8")).toContain(`source: ${join(cwd, "my data")}\n`);
    mkdirSync(join(cwd, "below"));
    const again = await command.run(
      ["generate", "localhost-files", "--out", "../mlflow/localhost-files"],
      {
        cwd: join(cwd, "below"),
      },
    );
    expect(again.stdout).toBe("../mlflow/localhost-files: nothing changes");
  });

  test("while an env file names one relative to itself", async () => {
    const cwd = command.folder();
    mkdirSync(join(cwd, "settings"));
    writeFileSync(join(cwd, "settings/my.env"), "MLFLOW_BACKEND_STORE_URI=./data/mlruns\n");
    await command.run(["generate", "localhost-files", "--env-file", "settings/my.env"], { cwd });
    const file = join(cwd, "mlflow/localhost-files/docker-compose.yml");
    expect(readFileSync(file, "utf8")).toContain(`source: ${join(cwd, "settings/data")}\n`);
  });

  test("take a home folder written as ~", async () => {
    const home = command.folder();
    const { exitCode } = await command.run(["generate", "localhost-files", "--out", "~/lab"], {
      env: { HOME: home },
    });
    expect(exitCode).toBe(0);
    expect(Object.keys(filesIn(home))).toContain("lab/.env");
  });
});

test("nothing of the shell's own variables is read", async () => {
  const cwd = command.folder();
  const env = { AWS_ACCESS_KEY_ID: "AKIAEXAMPLE", MLFLOW_PORT: "5999", MLSTACK_NAME: "Shell" };
  const { exitCode } = await command.run(["generate", "remote-server"], { cwd, env });
  const { [".env"]: secrets, ["docker-compose.yml"]: compose } = filesIn(
    join(cwd, "mlflow/remote-server"),
  );
  expect(exitCode).toBe(0);
  expect(`${secrets}${compose}`).not.toMatch(/AKIAEXAMPLE|5999|Shell/);
});

test("a file of an earlier build context goes, and one of the user's stays", async () => {
  const cwd = command.folder();
  await command.run(["generate", "localhost-files"], { cwd });
  const context = join(cwd, "mlflow/localhost-files/tracking-server");
  writeFileSync(join(context, "old_step.py"), "pass\n");
  writeFileSync(join(context, "notes.txt"), "mine\n");
  const { stdout } = await command.run(["generate", "localhost-files"], { cwd });
  expect(stdout).toContain("  removed  tracking-server/old_step.py\n");
  expect(filesIn(context)).not.toHaveProperty(["old_step.py"]);
  expect(filesIn(context)).toHaveProperty(["notes.txt"], "mine\n");
});

test("a Compose file that somebody broke is replaced, and that is said", async () => {
  const cwd = command.folder();
  await command.run(["generate", "localhost-files"], { cwd });
  appendFileSync(join(cwd, "mlflow/localhost-files/docker-compose.yml"), "\n\t: {");
  const { stdout } = await command.run(["generate", "localhost-files"], { cwd });
  expect(stdout).toContain("was not readable as YAML, and is replaced");
});
