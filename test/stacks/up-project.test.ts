import { mkdirSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { builtCommand, filesIn } from "./command.js";
import { fakeDocker, type FakeEngine } from "./fake-docker.js";

const command = builtCommand();
const name = "mlflow-localhost-files";
const up = ["up", "localhost-files", "--runtime", "docker", "--port", "45871", "--out", "b"];
const down = ["down", "localhost-files", "--out", "b", "--delete-data", "--yes"];

/** A folder with `a`, a deployment's, beside the fake engine. */
function twoFolders(engine: (a: string, b: string) => FakeEngine) {
  const cwd = command.folder();
  const [a, b] = [join(cwd, "a"), join(cwd, "b")];
  mkdirSync(a);
  writeFileSync(join(a, "docker-compose.yml"), `name: ${name}\n`);
  return { a, b, docker: fakeDocker(cwd, engine(a, b)) };
}

describe.skipIf(process.platform === "win32")("the containers of another folder", () => {
  test("are not taken over by up, and nothing is written", async () => {
    const { a, b, docker } = twoFolders((folder) => ({ containers: { [name]: folder } }));
    const { exitCode, stderr } = await command.run(up, docker.options);
    expect(exitCode).toBe(2);
    expect(stderr).toContain(
      `MLSTACK_NAME: "${name}" is used by the deployment in "${a}"; set another MLSTACK_NAME (--name), or use --out "${a}"`,
    );
    expect(filesIn(b)).toStrictEqual({});
    expect(docker.asked()).not.toContain("up");
  });

  test("are neither stopped nor deleted by down", async () => {
    const { a, docker } = twoFolders((folder) => ({ containers: { [name]: folder } }));
    await command.run(["generate", "localhost-files", "--out", "b"], docker.options);
    const { exitCode, stderr } = await command.run(down, docker.options);
    expect(exitCode).toBe(2);
    expect(stderr).toContain(`is used by the deployment in "${a}"`);
    expect(docker.asked()).not.toContain("down");
  });

  test("are the folder's own when it is given by another path", async () => {
    const { docker, b } = twoFolders((_, folder) => ({ containers: { [name]: `${folder}/../b` } }));
    mkdirSync(b);
    await command.run(up, docker.options);
    expect(docker.asked()).toContain("up");
  });

  test("are the folder's own when that was moved", async () => {
    const { a, docker } = twoFolders((folder) => ({ containers: { [name]: folder } }));
    await command.run(["generate", "localhost-files", "--out", "b"], docker.options);
    rmSync(a, { recursive: true });
    await command.run(up, docker.options);
    expect(docker.asked()).toContain("up");
  });
});

test.skipIf(process.platform === "win32")("a name that a stack has is refused", async () => {
  const { b, docker } = twoFolders(() => ({ stacks: { [name]: "home-lab" } }));
  const { exitCode, stderr } = await command.run(up, docker.options);
  expect(exitCode).toBe(2);
  expect(stderr).toMatch(
    `MLSTACK_NAME: "${name}" runs on this engine as the Terraform stack "home-lab"; first run, with its own --out, which keeps its data: `,
  );
  expect(stderr).toContain(`destroy home-lab --name ${name}; or set another MLSTACK_NAME (--name)`);
  expect(filesIn(b)).toStrictEqual({});
});

describe.skipIf(process.platform === "win32")("volumes without containers", () => {
  const engine = { volumes: [`${name}_tracking-server-data`] };

  test("are not taken over by a folder that has never had them", async () => {
    const { b, docker } = twoFolders(() => engine);
    const { exitCode, stderr } = await command.run(up, docker.options);
    expect(exitCode).toBe(2);
    expect(stderr).toContain(
      `MLSTACK_NAME: "${name}" is used by a deployment of another folder (${name}_tracking-server-data is left of it); set another MLSTACK_NAME (--name), or use --out`,
    );
    expect(filesIn(b)).toStrictEqual({});
  });

  test.each(["docker-compose.yml", ".env"])("are used again with the old %s", async (file) => {
    const { b, docker } = twoFolders(() => engine);
    await command.run(["generate", "localhost-files", "--out", "b"], docker.options);
    for (const other of Object.keys(filesIn(b))) if (other !== file) rmSync(join(b, other));
    await command.run(up, docker.options);
    expect(docker.asked()).toContain("up");
  });

  test("that only carry secrets are no data", async () => {
    const { docker } = twoFolders(() => ({ volumes: [`${name}_tracking-server-secrets`] }));
    await command.run(up, docker.options);
    expect(docker.asked()).toContain("up");
  });
});

describe.skipIf(process.platform === "win32")("another --name for a folder", () => {
  test.each<[string, (b: string) => FakeEngine, string]>([
    ["containers", (b) => ({ containers: { [name]: b } }), "because its containers have that name"],
    [
      "data",
      () => ({ volumes: [`${name}_tracking-server-data`] }),
      `because its data is in the volume ${name}_tracking-server-data`,
    ],
  ])("is refused while it has %s", async (_, engine, why) => {
    const { b, docker } = twoFolders((__, folder) => engine(folder));
    await command.run(["generate", "localhost-files", "--out", "b"], docker.options);
    const before = filesIn(b);
    const { exitCode, stderr } = await command.run([...up, "--name", "new"], docker.options);
    expect(exitCode).toBe(2);
    expect(stderr).toContain(`MLSTACK_NAME: must stay "${name}" in "${b}", ${why}; got "new"; `);
    expect(stderr).toMatch(/run: node .*mlstack\.mjs down localhost-files --out|remove the data: /);
    expect(filesIn(b)).toStrictEqual(before);
  });

  test("is taken where nothing was started", async () => {
    const { docker } = twoFolders(() => ({}));
    await command.run(["generate", "localhost-files", "--out", "b"], docker.options);
    await command.run([...up, "--name", "new"], docker.options);
    expect(docker.asked()).toContain("up");
  });
});
