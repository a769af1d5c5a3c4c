import { execa } from "execa";
import {
  existsSync,
  mkdirSync,
  readdirSync,
  renameSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { join, resolve } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { formatDotenvValue } from "../../env/dotenv.js";
import { OutsideClient, type Ledger } from "../helpers/e2e/client.js";
import { describeWithDocker } from "../helpers/e2e/engine.js";
import { temporaryFolder } from "../helpers/e2e/mlstack.js";
import { recoverySeconds, timed, waitUntil } from "../helpers/e2e/running-stack.js";
import { startTerraformStack, type TerraformStack } from "../helpers/e2e/terraform-stack.js";
import { shellBlock } from "../helpers/readme.js";

/** Somebody's own, with all that a shell, sed and a reader of `.env` take for something else. */
const passphrase = `correct 'horse' "battery" #1 $HOME \\n staple: a=b é`;

// Each test continues where the one before it ended, as a user does; one failure fails the rest.
describeWithDocker("backup and restore of a home lab, by the commands of the README", () => {
  let project: string;
  let folder: string;
  let stack: TerraformStack;
  let client: OutsideClient;
  let ledger: Ledger;

  /** What the README says, with this stack's name, on this machine's engine. */
  const runs = async (mark: string) => {
    const [backup = "none"] = readdirSync(project).filter((name) => /^mlflow-backup-/.test(name));
    const text = shellBlock(mark)
      .replace(/^ *export DOCKER_HOST=.*\n/m, "")
      .replaceAll("mlflow-home-lab", stack.name)
      .replace(/\bfrom=\S+/, `from=${backup}`);
    const { all, exitCode } = await timed(`README: ${mark}`, () =>
      execa("sh", ["-c", text], { cwd: project, stdin: "ignore", all: true, reject: false }),
    );
    return { text: all, exitCode };
  };
  const healthyAgain = () => waitUntil("healthy", recoverySeconds, () => stack.healthy());
  const starts = () => Promise.all(stack.roles().map((role) => stack.startedAt(role)));

  beforeAll(async () => {
    project = temporaryFolder("restore");
    symlinkSync(resolve(import.meta.dirname, "../../dist"), join(project, "dist"));
    folder = join(project, "mlflow", "home-lab");
    mkdirSync(folder, { recursive: true, mode: 0o700 });
    const own = `MLFLOW_CRYPTO_KEK_PASSPHRASE=${formatDotenvValue(passphrase)}\n`;
    writeFileSync(join(folder, ".env"), own, { mode: 0o600 });
    stack = await startTerraformStack({
      topology: "remote-server",
      label: "restore",
      out: folder,
    });
    client = await OutsideClient.of(stack);
    ({ ledger } = await client.readBack(await client.workflow(20)));
  });
  afterAll(async () => {
    await stack?.down(true);
    rmSync(project, { recursive: true, force: true });
  });

  test("a backup leaves the server running as it was", async () => {
    const { text } = await runs("save()");
    expect(text).toMatch(/^saved in mlflow-backup-\d{4}-\d\d-\d\d$/m);
    await healthyAgain();
  });

  test("a second one on that day is refused before anything is stopped", async () => {
    const before = await starts();
    expect((await runs("save()")).text).toContain("File exists");
    expect(await starts()).toEqual(before);
  });

  test("a lost .env is read back from the server", async () => {
    const before = stack.secrets();
    expect(before["MLFLOW_CRYPTO_KEK_PASSPHRASE"]).toBe(passphrase);
    const files = readdirSync(folder);
    const refused = await runs("grep -H");
    expect(refused.text).toContain("File exists");
    expect(refused.exitCode).not.toBe(0);
    expect(stack.secrets()).toEqual(before);

    // Whoever makes these two anew only has the secrets handed on once more.
    delete before["MLSTACK_SECRETS_REVISION"];
    delete before["MLSTACK_REVISION_KEY"];
    rmSync(join(folder, ".env"));
    expect(await runs("grep -H")).toEqual({ text: "", exitCode: 0 });
    expect(stack.secrets()).toEqual(before);
    expect(readdirSync(folder)).toEqual(files);
    expect(statSync(join(folder, ".env")).mode & 0o777).toBe(0o600);
    const { text } = await stack.plan();
    expect(text).toContain("secrets that it reads have changed");
    expect(text).not.toContain("Not as the last deploy left it");
    expect(text).not.toContain("data");
  });

  test("a restore never writes into a volume that holds something", async () => {
    const before = await starts();
    renameSync(folder, join(project, "aside"));
    const refused = await runs("load()");
    expect(refused.exitCode).not.toBe(0);
    expect(refused.text.trim()).toBe("18");
    expect(existsSync(folder)).toBe(false);
    renameSync(join(project, "aside"), folder);
    expect(await starts()).toEqual(before);
    expect(await stack.healthy()).toBe(true);
  });

  test("restored into nothing, everything is as it was saved", async () => {
    const { password } = stack;
    await stack.destroy(
      ...["--delete-data", "backend-store-data", "--delete-data", "artifact-store-data"],
    );
    const left = ["volume", "ls", "--quiet", "--filter", `name=${stack.name}_`];
    expect(await stack.docker(...left)).toBe("");
    rmSync(folder, { recursive: true });

    const { text, exitCode } = await runs("load()");
    expect(text).toContain(`MLflow answers at ${stack.url}`);
    expect(exitCode).toBe(0);
    expect(stack.secrets()["MLFLOW_AUTH_ADMIN_PASSWORD"]).toBe(password);
    expect((await client.readBack(ledger, true)).problems).toEqual([]);
    expect(await stack.plan()).toMatchObject({ changes: false });
  });
});
