import { execaSync } from "execa";
import { copyFileSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll } from "vitest";
import { describeWhere } from "../requirement.js";

const environment = { CHECKPOINT_DISABLE: "1", TF_IN_AUTOMATION: "1" };

/** What `terraform validate -json` says. */
export interface Validation {
  readonly valid: boolean;
  readonly diagnostics: readonly unknown[];
}

/** Validates a configuration with the real provider. */
export type Validate = (configuration: string) => Validation;

/**
 * Tests that need the provider of a configuration, from the registry or from a mirror that
 * `TF_CLI_CONFIG_FILE` names. It is installed once for all of them. Where neither answers they are
 * skipped and named in the file that `MLSTACK_TEST_NOT_RUN` names; with CI=true they fail.
 *
 * @param sample - path of a configuration with the provider in it
 */
export function describeWithProvider(
  name: string,
  sample: string,
  body: (validate: Validate) => void,
): void {
  const scratch = mkdtempSync(join(tmpdir(), "mlstack-provider-"));
  const missing = install(scratch, sample);
  afterAll(() => rmSync(scratch, { recursive: true, force: true }));
  describeWhere(
    name,
    { missing, needs: "the provider", note: `${name}: ${missing}` },
    () => body((configuration) => validateIn(scratch, configuration)),
    () => body(() => ({ valid: false, diagnostics: [] })),
  );
}

/** @returns why it could not be, or undefined */
function install(scratch: string, sample: string): string | undefined {
  copyFileSync(sample, join(scratch, "cdk.tf.json"));
  const result = execaSync("terraform", ["init", "-backend=false", "-input=false", "-no-color"], {
    cwd: scratch,
    env: environment,
    reject: false,
    timeout: 180_000,
  });
  if (result.code === "ENOENT") return "there is no terraform command on PATH";
  if (result.exitCode === 0) return undefined;
  return `terraform init failed: ${/Error: (.*)/.exec(result.stderr)?.[1] ?? result.message}`;
}

/** In the folder of the others: plugins and lock file are the same for all. */
function validateIn(scratch: string, configuration: string): Validation {
  copyFileSync(configuration, join(scratch, "cdk.tf.json"));
  const { stdout } = execaSync("terraform", ["validate", "-json"], {
    cwd: scratch,
    env: environment,
    reject: false,
  });
  return JSON.parse(stdout) as Validation;
}
