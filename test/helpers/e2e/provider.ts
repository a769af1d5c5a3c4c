import { execaSync } from "execa";
import { copyFileSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
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

/** A block as a provider describes it. */
export interface BlockSchema {
  readonly attributes?: Readonly<
    Record<string, { readonly optional?: boolean; readonly required?: boolean }>
  >;
  readonly block_types?: Readonly<Record<string, { readonly block: BlockSchema }>>;
}

type Schemas = Readonly<Record<string, { readonly block: BlockSchema }>>;

/** What `terraform providers schema -json` says of one provider. */
export interface ProviderSchema {
  readonly provider: { readonly block: BlockSchema };
  readonly resource_schemas: Schemas;
  readonly data_source_schemas: Schemas;
  readonly ephemeral_resource_schemas: Schemas;
}

/** The real provider, installed. */
export interface InstalledProvider {
  /** Validates a configuration. @param configuration - its path */
  validate(configuration: string): Validation;
  schema(): ProviderSchema;
}

/**
 * Tests that need the provider of a configuration, from the registry or from a mirror that
 * `TF_CLI_CONFIG_FILE` names. It is installed once for all of them. Where neither answers they are
 * skipped and named in the file that `MLSTACK_TEST_NOT_RUN` names; with CI=true they fail.
 *
 * @param sample - path of a configuration with the provider in it
 * @param program - `terraform` or `tofu`
 */
export function describeWithProvider(
  name: string,
  sample: string,
  body: (provider: InstalledProvider) => void,
  program = "terraform",
): void {
  const scratch = mkdtempSync(join(tmpdir(), "mlstack-provider-"));
  const missing = install(scratch, sample, program);
  afterAll(() => rmSync(scratch, { recursive: true, force: true }));
  describeWhere(
    name,
    { missing, needs: "the provider", note: `${name}: ${missing}` },
    () =>
      body({
        validate: (configuration) => validateIn(scratch, configuration, program),
        schema: () => schemaIn(scratch, sample, program),
      }),
    () => body(nothing),
  );
}

/** For tests that are only named. */
const nothing: InstalledProvider = {
  validate: () => ({ valid: false, diagnostics: [] }),
  schema: () => {
    throw new Error("there is no provider");
  },
};

/** @returns why it could not be, or undefined */
function install(scratch: string, sample: string, program: string): string | undefined {
  copyFileSync(sample, join(scratch, "cdk.tf.json"));
  const result = execaSync(program, ["init", "-backend=false", "-input=false", "-no-color"], {
    cwd: scratch,
    env: environment,
    reject: false,
    timeout: 180_000,
  });
  if (result.code === "ENOENT") return `there is no ${program} command on PATH`;
  if (result.exitCode === 0) return undefined;
  return `${program} init failed: ${/Error: (.*)/.exec(result.stderr)?.[1] ?? result.message}`;
}

/** In the folder of the others: plugins and lock file are the same for all. */
function validateIn(scratch: string, configuration: string, program: string): Validation {
  copyFileSync(configuration, join(scratch, "cdk.tf.json"));
  const { stdout } = execaSync(program, ["validate", "-json"], {
    cwd: scratch,
    env: environment,
    reject: false,
  });
  return JSON.parse(stdout) as Validation;
}

function schemaIn(scratch: string, sample: string, program: string): ProviderSchema {
  const { terraform, ...rest } = JSON.parse(readFileSync(sample, "utf8")) as {
    terraform: Record<string, unknown>;
  };
  // This command asks for a backend that is set up.
  const { backend: _, ...settings } = terraform;
  const text = JSON.stringify({ ...rest, terraform: settings });
  writeFileSync(join(scratch, "cdk.tf.json"), text);
  const { stdout } = execaSync(program, ["providers", "schema", "-json"], {
    cwd: scratch,
    env: environment,
    maxBuffer: 100_000_000,
  });
  const { provider_schemas: schemas } = JSON.parse(stdout) as {
    provider_schemas: Record<string, ProviderSchema>;
  };
  const [schema] = Object.entries(schemas).filter(([name]) => !name.includes("builtin"));
  if (!schema) throw new Error("there is no schema");
  return schema[1];
}
