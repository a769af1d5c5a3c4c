import { chmodSync, mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterEach, expect, test, vi } from "vitest";
import { ConfigError } from "../../constructs/mlflow/index.js";
import { findTerraform } from "../../stacks/terraform/binary.js";
import { scratchFolder } from "../helpers/terraform.js";

const scratch = scratchFolder();
afterEach(() => vi.unstubAllEnvs());

/** Programs of these names alone on PATH, that say what they are. */
function onPath(programs: Readonly<Record<string, string>>): string {
  const folder = join(scratch, Object.entries(programs).flat().join("-").replaceAll(" ", "_"));
  mkdirSync(folder, { recursive: true });
  for (const [name, says] of Object.entries(programs)) {
    writeFileSync(join(folder, name), `#!/bin/sh\necho '${says}'\necho 'on linux_amd64'\n`);
    chmodSync(join(folder, name), 0o755);
  }
  vi.stubEnv("PATH", folder);
  return folder;
}

const problemOf = async (asked: string | undefined): Promise<string> => {
  const error: unknown = await findTerraform(asked).catch((thrown: unknown) => thrown);
  expect(error).toBeInstanceOf(ConfigError);
  const [{ path, problem } = { path: "", problem: "" }] = (error as ConfigError).problems;
  expect(path).toBe("--terraform-binary");
  expect(problem).toContain("https://");
  return problem;
};

test("terraform is taken before tofu", async () => {
  onPath({ terraform: "Terraform v1.11.4", tofu: "OpenTofu v1.11.0" });
  const found = { path: "terraform", name: "terraform", version: "1.11.4" };
  expect(await findTerraform(undefined)).toStrictEqual(found);
});

test("tofu is taken where terraform is missing or too old", async () => {
  const found = { path: "tofu", name: "tofu", version: "1.12.6-dev" };
  onPath({ tofu: "OpenTofu v1.12.6-dev" });
  expect(await findTerraform(undefined)).toStrictEqual(found);
  onPath({ terraform: "Terraform v1.5.7", tofu: "OpenTofu v1.12.6-dev" });
  expect(await findTerraform(undefined)).toStrictEqual(found);
});

test("a program is what it says it is, not what it is called", async () => {
  const folder = onPath({ mine: "OpenTofu v2.0.1" });
  const path = join(folder, "mine");
  expect(await findTerraform(path)).toStrictEqual({ path, name: "tofu", version: "2.0.1" });
});

test("what was asked for is not replaced by another", async () => {
  onPath({ terraform: "Terraform v1.11.4", tofu: "OpenTofu v1.10.9" });
  expect(await problemOf("tofu")).toContain('1.11 or newer; "tofu" is OpenTofu 1.10.9;');
  expect(await problemOf("nothere")).toContain('there is no "nothere" on PATH');
  expect(await problemOf("./nothere")).toContain('there is no "./nothere";');
});

test("a program that is neither is refused, and all that was tried is named", async () => {
  const folder = onPath({ terraform: "hello" });
  expect(await problemOf(undefined)).toContain(
    '"terraform version" does not answer as one of them; there is no "tofu" on PATH',
  );
  writeFileSync(join(folder, "locked"), "");
  expect(await problemOf(join(folder, "locked"))).toContain("may not be run by you");
});
