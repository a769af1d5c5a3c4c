import { execaSync } from "execa";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, vi } from "vitest";
import { findTerraform, type TerraformBinary } from "../../stacks/terraform/binary.js";
import { Terraform, type TerraformOptions } from "../../stacks/terraform/terraform.js";
import { describeWhere } from "./requirement.js";

/** Whether a program is on PATH and tells its version. */
export const isThere = (program: string): boolean =>
  execaSync(program, ["version"], {
    reject: false,
    timeout: 20_000,
    env: { CHECKPOINT_DISABLE: "1" },
  }).exitCode === 0;

/**
 * Tests that need a real Terraform; they get the program's name and run once for each of `terraform`
 * and `tofu` on PATH. Without `terraform` they are skipped and named in the file that
 * `MLSTACK_TEST_NOT_RUN` names; with CI=true they fail.
 */
export function describeWithTerraform(name: string, body: (program: string) => void): void {
  const missing = isThere("terraform") ? undefined : "there is no terraform command on PATH";
  const note = `tests of ${name}: ${missing}`;
  describeWhere(name, { missing, needs: "Terraform", note }, () => body("terraform"));
  if (isThere("tofu")) describe(`${name} (OpenTofu)`, () => body("tofu"));
}

/** A folder for a file's tests, removed after them; also takes what would go to the user's cache. */
export function scratchFolder(): string {
  const path = mkdtempSync(join(tmpdir(), "mlstack-terraform-"));
  vi.stubEnv("XDG_CACHE_HOME", join(path, "cache"));
  afterAll(() => rmSync(path, { recursive: true, force: true }));
  return path;
}

/** Resources of `terraform_data`, which needs no provider, by name. */
export type Resources = Readonly<Record<string, Readonly<Record<string, unknown>>>>;

/** Writes `cdk.tf.json` for a local state. */
export function writeStack(
  directory: string,
  resources: Resources,
  more: Readonly<Record<string, unknown>> = {},
  statePath = join(directory, "state", "terraform.tfstate"),
): void {
  const document = {
    terraform: { backend: { local: { path: statePath } } },
    ...(Object.keys(resources).length > 0 && { resource: { terraform_data: resources } }),
    ...more,
  };
  writeFileSync(join(directory, "cdk.tf.json"), JSON.stringify(document));
}

/** A resource that runs a command when it is made. */
export const running = (
  command: string,
  environment: Readonly<Record<string, string>> = {},
): Record<string, unknown> => ({
  provisioner: [{ "local-exec": { command, environment } }],
});

const binaries = new Map<string, Promise<TerraformBinary>>();

/** The runner under test, which does not wait for locks. */
export async function terraformIn(
  directory: string,
  program: string,
  options: Partial<TerraformOptions> = {},
): Promise<Terraform> {
  // A name of a program of PATH, or the path of a test's own.
  const binary = binaries.get(program) ?? findTerraform(program);
  binaries.set(program, binary);
  return new Terraform({
    binary: await binary,
    directory,
    variables: {},
    parallelism: 4,
    signal: new AbortController().signal,
    lockSeconds: 0,
    ...options,
  });
}
