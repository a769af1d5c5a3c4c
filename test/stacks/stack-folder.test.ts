import { existsSync, mkdirSync, readdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { missingFolders, removeTrial } from "../../stacks/stack/trial.js";
import { builtCommand, filesIn } from "./command.js";
import { stateText } from "./state-text.js";

const command = builtCommand();

describe("an output folder that is not there", () => {
  test.each(["output", "destroy"])("is not made by %s", async (verb) => {
    const cwd = command.folder();
    const { exitCode, stderr } = await command.run([verb, "home-lab", "--out", "tpyo"], { cwd });
    expect(exitCode).toBe(2);
    expect(stderr).toBe(
      `--out: there is no home-lab in "${join(cwd, "tpyo")}"; name the folder that it was deployed from`,
    );
    expect(readdirSync(cwd)).toEqual([]);
  });

  test("is not left behind by plan", async () => {
    const cwd = command.folder();
    // There is no Terraform here, which is found out after the folder was made.
    const { stderr } = await command.run(["plan", "home-lab", "--out", "a/b"], { cwd });
    expect(stderr).toContain("terraform");
    expect(readdirSync(cwd)).toEqual([]);
  });

  test("goes with those above it, and stays where anything else is in it", () => {
    const cwd = command.folder();
    const out = join(cwd, "a/b");
    const made = missingFolders(out);
    expect(made).toEqual([out, join(cwd, "a")]);
    mkdirSync(join(out, "terraform"), { recursive: true });
    writeFileSync(join(out, "mine"), "");
    removeTrial(made);
    expect(readdirSync(out)).toEqual(["mine", "terraform"]);
    removeTrial([]);
    expect(existsSync(out)).toBe(true);
  });
});

test("a lost .env is told in one line, and with the words of a stack", async () => {
  const cwd = command.folder();
  const out = join(cwd, "lab");
  mkdirSync(out);
  writeFileSync(join(out, "terraform.tfstate"), stateText({ name: "a", owner: "me", host: "" }));
  const { exitCode, stderr } = await command.run(["plan", "home-lab", "--out", "lab"], { cwd });
  expect(exitCode).toBe(2);
  expect(stderr.split("\n")).toEqual([
    expect.stringMatching(
      /^.*\.env: has none of the secrets .*; bring ".*\.env" back from your backup, or from the containers .*; else begin anew under another --name .*; or, .* destroy home-lab --out .*lab --name a --delete-data …$/,
    ),
  ]);
  // Only what is there is removed or shown: neither needs a secret.
  const { stderr: next } = await command.run(["output", "home-lab", "--out", "lab"], { cwd });
  expect(next).toContain("terraform");
  expect(next).not.toContain("secrets");
  expect(existsSync(join(out, ".env"))).toBe(false);
});

test("an encrypted state is a state, though nobody can read it here", async () => {
  const cwd = command.folder();
  const out = join(cwd, "lab");
  mkdirSync(out);
  // As OpenTofu 1.12 writes it with TF_ENCRYPTION.
  const text =
    '{"serial":1,"lineage":"a","meta":{},"encrypted_data":"c2Vj","encryption_version":"v0"}';
  writeFileSync(join(out, "terraform.tfstate"), text);
  const { stderr } = await command.run(["plan", "home-lab", "--out", "lab"], { cwd });
  expect(stderr).toContain(".env: has none of the secrets");
  writeFileSync(join(out, ".env"), "");
  const { stderr: next } = await command.run(["output", "home-lab", "--out", "lab"], { cwd });
  expect(next).not.toContain("damaged");
});

test("synth prints the folder alone, and beside it what Terraform needs there", async () => {
  const cwd = command.folder();
  const { exitCode, stdout, stderr } = await command.run(["synth", "home-lab", "--out", "lab"], {
    cwd,
  });
  expect({ exitCode, stdout }).toEqual({ exitCode: 0, stdout: "lab/terraform/stacks/home-lab" });
  const text = filesIn(join(cwd, stdout))["cdk.tf.json"] ?? "{}";
  const { variable } = JSON.parse(text) as { variable: Record<string, object> };
  const needed = Object.keys(variable).filter((name) => !("default" in (variable[name] ?? {})));
  expect(needed).toContain("POSTGRES_PASSWORD");
  for (const name of needed) expect(stderr).toContain(`TF_VAR_${name}`);
  const files = ["synth", "home-lab", "--out", "files", "--topology", "localhost-files"];
  expect((await command.run(files, { cwd })).stderr).toBe("It needs no variables.");
});
