import { join } from "node:path";
import { appendFileSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
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

  test("win over the env file, and are kept with its name", async () => {
    const cwd = command.folder();
    writeFileSync(join(cwd, "my.env"), "\ufeffMLFLOW_PORT=5001\r\nMLSTACK_NAME=ann\r\n");
    const words = ["generate", "localhost-files", "--env-file", "my.env", "--port", "5002"];
    const { exitCode } = await command.run(words, { cwd });
    const files = filesIn(join(cwd, "mlflow/localhost-files"));
    expect(exitCode).toBe(0);
    expect(files["mlstack.env"]).toContain(`MLSTACK_ENV_FILE=${join(cwd, "my.env")}\n`);
    expect(files["mlstack.env"]).toContain("MLFLOW_PORT=5002\n");
    expect(files["mlstack.env"]).not.toContain("MLSTACK_NAME=ann");
    const again = await command.run(["generate", "localhost-files"], { cwd });
    expect(again.stdout).toBe("mlflow/localhost-files: nothing changes");
    expect(files["docker-compose.yml"]).toContain("127.0.0.1:5002:5000");
    expect(files["docker-compose.yml"]).toContain("name: ann");
  });

  test("of the folder's own env file count when it is named too", async () => {
    const cwd = command.folder();
    await command.run(["generate", "localhost-files", "--port", "5001"], { cwd });
    const own = join("mlflow", "localhost-files", "mlstack.env");
    const { stdout } = await command.run(["generate", "localhost-files", "-e", own], { cwd });
    expect(stdout).toBe("mlflow/localhost-files: nothing changes");
  });

  test("do not outlive another env file", async () => {
    const cwd = command.folder();
    writeFileSync(join(cwd, "a.env"), "MLFLOW_PORT=5001\n");
    writeFileSync(join(cwd, "b.env"), "MLSTACK_NAME=bob\n");
    await command.run(["generate", "localhost-files", "-e", "a.env", "--name", "ann"], { cwd });
    await command.run(["generate", "localhost-files", "-e", "b.env"], { cwd });
    const text = filesIn(join(cwd, "mlflow/localhost-files"))["docker-compose.yml"];
    expect(text).toContain("name: bob");
    expect(text).toContain("127.0.0.1:5000:5000");
  });

  test("need the env file that was named, as long as none else is", async () => {
    const cwd = command.folder();
    writeFileSync(join(cwd, "my.env"), "MLFLOW_PORT=5001\n");
    await command.run(["generate", "localhost-files", "-e", "my.env"], { cwd });
    rmSync(join(cwd, "my.env"));
    const { exitCode, stderr } = await command.run(["generate", "localhost-files"], { cwd });
    expect(exitCode).toBe(2);
    expect(stderr).toBe(
      `MLSTACK_ENV_FILE: in "${join(cwd, "mlflow/localhost-files/mlstack.env")}" names the settings of this folder, and there is no file "${join(cwd, "my.env")}"; put it back, or name another one with -e`,
    );
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

test("flags leave the user's own lines of mlstack.env as they are", async () => {
  const cwd = command.folder();
  mkdirSync(join(cwd, "lab"));
  const file = join(cwd, "lab/mlstack.env");
  writeFileSync(file, "# ours, ask Ann\nMLFLOW_PORT=5001\n");
  await command.run(["generate", "localhost-files", "--out", "lab", "--port", "5002"], { cwd });
  expect(readFileSync(file, "utf8")).toBe("# ours, ask Ann\nMLFLOW_PORT=5002\n");
});

test("--set of the data folder is relative to where it was typed, as the flag is", async () => {
  const cwd = command.folder();
  const words = ["generate", "localhost-files", "--set", "MLSTACK_DATA_DIRECTORY=./my-data"];
  await command.run(words, { cwd });
  const file = join(cwd, "mlflow/localhost-files/docker-compose.yml");
  expect(readFileSync(file, "utf8")).toContain(`source: ${join(cwd, "my-data")}\n`);
});

test("what to type next is quoted", async () => {
  const cwd = command.folder();
  writeFileSync(join(cwd, "it's.env"), "");
  const words = ["generate", "localhost-files", "--out", "my lab", "-e", "it's.env"];
  const { stdout } = await command.run(words, { cwd });
  expect(stdout).toContain("cd 'my lab' && docker compose up");
  expect(stdout).toContain("up localhost-files -e 'it'\\''s.env' --out 'my lab'");
});

describe("for a process", () => {
  const out = "mlflow/localhost-files";
  const dockers = ["docker-compose.yml", "tracking-server/Dockerfile"];
  const generate = (cwd: string, ...flags: string[]) =>
    command.run(["generate", "localhost-files", ...flags], { cwd });

  test("nothing is written that only Docker reads, and `up` is what starts it", async () => {
    const cwd = command.folder();
    const { exitCode, stdout } = await generate(cwd, "--runtime", "process");
    expect(exitCode).toBe(0);
    expect(stdout).not.toContain("docker");
    expect(stdout).toMatch(/Start it, .*: {2}node .*mlstack\.mjs up localhost-files$/);
    for (const name of dockers) expect(filesIn(join(cwd, out))).not.toHaveProperty([name]);
    const again = await generate(cwd, "--check");
    expect({ ...again }).toStrictEqual({
      exitCode: 0,
      stdout: `${out}: nothing changes`,
      stderr: "",
    });
  });

  test("a folder that a process was started in stays one", async () => {
    const cwd = command.folder();
    mkdirSync(join(cwd, out), { recursive: true });
    writeFileSync(join(cwd, out, "runtime.json"), '{"runtime":"process"}\n');
    await generate(cwd);
    for (const name of dockers) expect(filesIn(join(cwd, out))).not.toHaveProperty([name]);
    expect((await generate(cwd, "--check")).exitCode).toBe(0);
  });

  test("what needs containers is refused in the words of the environment", async () => {
    const cwd = command.folder();
    const store = ["--set", "MLSTACK_BACKEND_STORE=postgres"];
    const words = ["generate", "localhost-database", "--runtime", "process", ...store];
    const { exitCode, stderr } = await command.run(words, { cwd });
    expect(exitCode).toBe(2);
    expect(stderr).toMatch(/^MLSTACK_BACKEND_STORE: "postgres" runs in a container of its own/);
    expect(filesIn(cwd)).toStrictEqual({});
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
