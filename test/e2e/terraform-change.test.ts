import { execa } from "execa";
import { readdirSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { describeWithDocker } from "../helpers/e2e/engine.js";
import buildImages from "../helpers/e2e/images.js";
import { KeptData } from "../helpers/e2e/kept-data.js";
import { mlstackFails, temporaryFolder } from "../helpers/e2e/mlstack.js";
import { startTerraformStack, type TerraformStack } from "../helpers/e2e/terraform-stack.js";

// Each test continues where the one before it ended, as a user does; one failure fails the rest.
describeWithDocker("a deployment that is changed, destroyed and deployed again", () => {
  let stack: TerraformStack;
  let kept: KeptData;

  const volume = (name: string) => `${stack.name}_${name}`;
  const started = () => Promise.all(stack.roles().map((role) => stack.startedAt(role)));
  const own = (kind: "container" | "network" | "volume") =>
    stack.docker(kind, "ls", "--quiet", "--filter", `label=mlflow-stacks.deployment=${stack.name}`);
  const secrets = () => {
    const { MLSTACK_SECRETS_REVISION: _, MLSTACK_OWNER: __, ...values } = stack.secrets();
    return values;
  };
  const shown = (text: string) =>
    Object.entries(secrets()).flatMap(([name, value]) => (text.includes(value) ? [name] : []));

  beforeAll(async () => {
    stack = await startTerraformStack({ topology: "remote-server", label: "change" });
    kept = await KeptData.write(
      stack,
      ["backend-store-data", "artifact-store-data"].map((name) => volume(name)),
    );
  });
  afterAll(() => stack?.down(true));

  test("output says where the server is, and nothing secret", async () => {
    const { exitCode, text } = await stack.tries("output", "--json");
    expect(exitCode).toBe(0);
    expect(JSON.parse(text)).toEqual({
      docker_host: expect.any(String),
      tracking_uri: stack.url,
      tracking_username: "admin",
    });
  });

  test("the image built for all test files is the one that Terraform built", async () => {
    await buildImages();
    expect(await stack.plan()).toMatchObject({ changes: false });
  });

  test("a changed permission replaces the tracking server alone", async () => {
    const [backend, artifacts, server] = await started();
    const change = ["--set", "MLSTACK_DEFAULT_PERMISSION=EDIT"];
    const { text } = await stack.plan(...change);
    expect(text).toContain(
      'Planned:\n  ± replace tracking-server\n      env: "MLFLOW_STACKS_DEFAULT_PERMISSION=NO_PERMISSIONS" -> "MLFLOW_STACKS_DEFAULT_PERMISSION=EDIT"\n\n',
    );
    await stack.deploy(...change);
    const [backendNow, artifactsNow, serverNow] = await started();
    expect([backendNow, artifactsNow]).toEqual([backend, artifacts]);
    expect(serverNow).not.toBe(server);
    expect(await stack.plan()).toMatchObject({ changes: false });
    expect(await kept.problems()).toEqual([]);
  });

  test("another profile is a change of everything that has a limit", async () => {
    const { text } = await stack.plan("--profile", "small");
    for (const role of stack.roles()) expect(text).toMatch(new RegExp(`[±~] \\w+ ${role}`));
    expect(text).toContain("memory: 1536 -> 768");
  });

  test("a swap of RustFS for S3 leaves the volume with every artifact where it is", async () => {
    const file = join(stack.out, "s3.env");
    const settings = {
      MLSTACK_NAME: stack.name,
      MLFLOW_PORT: new URL(stack.url).port,
      MLFLOW_ARTIFACTS_DESTINATION: "s3://elsewhere",
      AWS_ACCESS_KEY_ID: "AKIAEXAMPLE",
      AWS_SECRET_ACCESS_KEY: "example-secret",
    };
    const lines = Object.entries(settings).map(([name, value]) => `${name}=${value}\n`);
    writeFileSync(file, lines.join(""));
    const { text } = await stack.plan("-e", file);
    expect(text).toContain("- remove artifact-store\n");
    expect(text).toContain("= keep, unused: volume artifact-store-data\n");
    expect(text).not.toContain("- remove volume artifact-store-data");
  });

  test("an image that can't be had takes nothing away", async () => {
    const before = await started();
    const { exitCode, text } = await stack.tries(
      "deploy",
      ...["--set", "MLSTACK_POSTGRES_IMAGE=postgres:18.999", "--yes"],
    );
    expect(text).toContain("image of backend-store");
    expect(exitCode).toBe(1);
    expect(await started()).toEqual(before);
    await stack.deploy("--set", "MLSTACK_POSTGRES_IMAGE=");
    expect(await stack.plan()).toMatchObject({ changes: false });
    expect(await started()).toEqual(before);
  });

  test("another folder does not take it over without its .env", async () => {
    const before = await started();
    const out = temporaryFolder("stranger");
    const words = [
      "deploy",
      "home-lab",
      "--out",
      out,
      "--name",
      stack.name,
      "--port",
      "1",
      "--yes",
    ];
    const printed = await mlstackFails(words);
    expect(printed).toContain(`has the deployment "${stack.name}" of another folder`);
    expect(await started()).toEqual(before);
    rmSync(out, { recursive: true, force: true });
  });

  test("another name for what runs is refused", async () => {
    const { exitCode, text } = await stack.tries("destroy", "--name", "other", "--yes");
    expect(exitCode).toBe(2);
    expect(text).toContain(`MLSTACK_NAME: must stay "${stack.name}"`);
  });

  test("without --yes nothing is replaced where nobody can be asked", async () => {
    const before = await started();
    const refused = await stack.tries("deploy", "--set", "MLSTACK_DEFAULT_PERMISSION=READ");
    expect(refused.exitCode).toBe(2);
    expect(refused.text).toContain("--yes: must be given where nobody can be asked");
    expect(await started()).toEqual(before);
  });

  test("a password of the database changed in .env is the one after the next deploy", async () => {
    const was = stack.secrets()["MLFLOW_DB_PASSWORD"] ?? "";
    const [backend, artifacts, server] = await started();
    stack.editSecrets({ MLFLOW_DB_PASSWORD: "changed-by-hand-2026" });
    const { text } = await stack.plan();
    expect(text).toContain("± replace tracking-server\n      secrets that it reads have changed");
    expect(shown(text)).toEqual([]);
    const printed = await stack.deploy("--set", "MLSTACK_DEFAULT_PERMISSION=EDIT");
    expect(shown(printed)).toEqual([]);
    const [backendNow, artifactsNow, serverNow] = await started();
    expect([backendNow, artifactsNow]).toEqual([backend, artifacts]);
    expect(serverNow).not.toBe(server);
    expect(await connect(stack, "changed-by-hand-2026")).toBe("connected");
    expect(await connect(stack, was)).toBe("refused");
    expect(await kept.problems()).toEqual([]);
  });

  test("secrets are in .env and in no state, plan, configuration or container's description", async () => {
    const { text } = await stack.plan();
    const files = filesIn(stack.out).filter((path) => !/(^|\/)\.env(\.previous)?$/.test(path));
    const names = files.map((path) => path.slice(stack.out.length + 1));
    expect(names).toEqual(
      expect.arrayContaining([
        "terraform.tfstate",
        "terraform.tfstate.backup",
        "terraform/plan.tfplan",
        "terraform/stacks/home-lab/cdk.tf.json",
      ]),
    );
    const containers = (await own("container")).split("\n");
    const inspected = await stack.docker("inspect", ...containers);
    const planned = await planTexts(join(stack.out, "terraform", "plan.tfplan"));
    const state = await execa("terraform", ["show", "-json"], {
      cwd: join(stack.out, "terraform/stacks/home-lab"),
    });
    const texts = {
      text,
      inspected,
      planned,
      state: state.stdout,
      ...Object.fromEntries(
        names.map((name, index) => [name, readFileSync(files[index] ?? "", "latin1")]),
      ),
    };
    expect(Object.keys(secrets()).length).toBe(10);
    expect(planned).toContain("docker_container");
    expect(
      Object.entries(texts).flatMap(([where, found]) =>
        shown(found).map((name) => `${where}: ${name}`),
      ),
    ).toEqual([]);
  });

  test("state, plan and passwords are their owner's alone", () => {
    const paths = [
      "terraform.tfstate",
      "terraform.tfstate.backup",
      "terraform/plan.tfplan",
      ".env",
    ];
    const modes = paths.map((path) => statSync(join(stack.out, path)).mode & 0o777);
    expect(modes).toEqual(paths.map(() => 0o600));
  });

  test.each([["nothing"], ["tracking-server-tmp"]])(
    "destroy refuses --delete-data %s and destroys nothing",
    async (name) => {
      const before = await started();
      const refused = await stack.tries("destroy", "--yes", "--delete-data", name);
      expect(refused.exitCode).toBe(2);
      expect(refused.text).toContain("--delete-data: must be");
      expect(refused.text).toContain('"backend-store-data"');
      expect(await started()).toEqual(before);
    },
  );

  test("destroy keeps the data, and the next deploy goes on with it", async () => {
    const unasked = await stack.tries("destroy");
    expect(unasked.exitCode).toBe(2);
    const text = await stack.destroy();
    expect(text).toMatch(/Kept: .*volume backend-store-data/);
    expect([await own("container"), await own("network")]).toEqual(["", ""]);
    expect((await own("volume")).split("\n").sort()).toEqual(
      ["artifact-store-data", "backend-store-data"].map((name) => volume(name)),
    );
    expect(await stack.destroy()).toContain("nothing runs that mlstack deployed");
    await stack.deploy();
    expect(await kept.problems()).toEqual([]);
  });

  test("destroy deletes the data that is named and no other", async () => {
    const text = await stack.destroy("--delete-data", volume("backend-store-data"));
    expect(text).toMatch(/Kept: volume artifact-store-data/);
    expect(await own("volume")).toBe(volume("artifact-store-data"));
  });
});

/** Every file that the stack has made; not the provider's own. */
function filesIn(folder: string): string[] {
  return readdirSync(folder, { withFileTypes: true, recursive: true })
    .filter((entry) => entry.isFile() && !entry.parentPath.includes(".terraform/providers"))
    .map((entry) => join(entry.parentPath, entry.name));
}

/** What the compressed parts of a plan file hold. */
async function planTexts(path: string): Promise<string> {
  const script =
    "import sys, zipfile\nfor part in (plan := zipfile.ZipFile(sys.argv[1])).namelist(): sys.stdout.buffer.write(plan.read(part))";
  const { stdout } = await execa("python3", ["-c", script, path], { encoding: "latin1" });
  return stdout;
}

/** What connecting as the tracking server's role with this password ends with. */
async function connect(stack: TerraformStack, password: string): Promise<string> {
  const script = `import psycopg2
try:
    psycopg2.connect(host="backend-store", user="mlflow", dbname="mlflow", password=${JSON.stringify(password)})
    print("connected")
except psycopg2.OperationalError as error:
    print("refused" if "password authentication failed" in str(error) else error)
`;
  return stack.docker("exec", stack.container("tracking-server"), "python", "-c", script);
}
