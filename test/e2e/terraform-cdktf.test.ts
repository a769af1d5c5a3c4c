import { execa } from "execa";
import { mkdirSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { OutsideClient } from "../helpers/e2e/client.js";
import { describeWithDocker } from "../helpers/e2e/engine.js";
import { mlstack, temporaryFolder } from "../helpers/e2e/mlstack.js";
import { freePort } from "../helpers/e2e/ports.js";
import { deploymentName, timed } from "../helpers/e2e/running-stack.js";

const root = resolve(import.meta.dirname, "../..");

// Each test continues where the one before it ended; one failure fails the rest.
describeWithDocker("the app of cdktf.json, applied by terraform alone", () => {
  let project: string;
  let out: string;
  let url: string;
  const outdir = () => join(project, "cdktf.out");
  const stack = () => join(outdir(), "stacks", "home-lab");

  /** What cdktf-cli does before each of its commands. */
  const synthesise = async (): Promise<void> => {
    const { app } = JSON.parse(readFileSync(join(root, "cdktf.json"), "utf8")) as { app: string };
    expect(app).toBe("npx tsx stacks/main.ts");
    const words = [join(root, "node_modules/tsx/dist/cli.mjs"), join(root, "stacks/main.ts")];
    const env = { CDKTF_OUTDIR: outdir() };
    await execa(process.execPath, words, { cwd: project, env });
  };

  const terraform = async (...words: string[]): Promise<string> =>
    (await execa("terraform", [`-chdir=${stack()}`, ...words], { env: { TF_IN_AUTOMATION: "1" } }))
      .stdout;

  beforeAll(async () => {
    project = temporaryFolder("cdktf");
    out = join(project, "mlflow", "home-lab");
    const port = await freePort();
    url = `http://127.0.0.1:${port}`;
    mkdirSync(out, { recursive: true });
    const settings = [
      "MLSTACK_TOPOLOGY=remote-server",
      `MLSTACK_NAME=${deploymentName("cdktf")}`,
      `MLFLOW_PORT=${port}`,
    ];
    writeFileSync(join(out, "mlstack.env"), settings.join("\n"), { mode: 0o600 });
  });
  afterAll(async () => {
    const data = ["backend-store-data", "artifact-store-data"];
    const words = ["--out", out, ...data.flatMap((name) => ["--delete-data", name]), "--yes"];
    await mlstack(["destroy", "home-lab", ...words]).catch(() => undefined);
    rmSync(project, { recursive: true, force: true });
  });

  test("synthesises with the secrets in a file of the user's own, and nowhere else", async () => {
    await timed("cdktf: synthesise", synthesise);
    const file = join(stack(), "mlstack.auto.tfvars.json");
    expect(statSync(file).mode & 0o777).toBe(0o600);
    const values = JSON.parse(readFileSync(file, "utf8")) as Record<string, string>;
    const password = values["MLFLOW_AUTH_ADMIN_PASSWORD"] ?? "";
    expect(password.length).toBeGreaterThan(11);
    expect(readFileSync(join(out, ".env"), "utf8")).toContain(password);
    expect(readFileSync(join(stack(), "cdk.tf.json"), "utf8")).not.toContain(password);
  });

  test("terraform init, apply and plan take it as it is", async () => {
    await terraform("init", "-input=false");
    await timed("cdktf: terraform apply", () =>
      terraform("apply", "-auto-approve", "-input=false"),
    );
    const { MLFLOW_AUTH_ADMIN_PASSWORD: password = "" } = JSON.parse(
      readFileSync(join(stack(), "mlstack.auto.tfvars.json"), "utf8"),
    ) as Record<string, string>;
    const client = await OutsideClient.of({ url, username: "admin", password });
    const ledger = await client.workflow(1);
    expect((await client.readBack(ledger)).problems).toEqual([]);
    expect(readFileSync(join(out, "terraform.tfstate"), "utf8")).not.toContain(password);
    await synthesise();
    // Exit code 2 would be a change.
    expect(await terraform("plan", "-detailed-exitcode", "-input=false")).toContain("No changes");
  });

  test("mlstack finds the same deployment, and goes on with it", async () => {
    const words = ["home-lab", "--out", out];
    expect((await mlstack(["plan", ...words, "--check"])).all).toContain("nothing changes");
    expect((await mlstack(["deploy", ...words, "--yes"])).all).toContain(`answers at ${url}`);
    expect((await mlstack(["output", ...words])).all).toContain(`tracking_uri=${url}`);
    expect(await terraform("plan", "-detailed-exitcode", "-input=false")).toContain("No changes");
  });
});
