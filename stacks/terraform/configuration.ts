import { join, resolve } from "node:path";
import { z } from "zod";
import { readIfExists } from "../tools/files.js";

/** The value of a `terraform.backend` block: one kind with its settings. */
export type BackendBlock = Readonly<Record<string, Readonly<Record<string, unknown>>>>;

/** What `init` depends on. */
export interface Configuration {
  readonly backend: BackendBlock;
  /** The value of `required_providers`. */
  readonly providers: unknown;
  readonly modules: unknown;
}

const settings = z.record(z.string(), z.unknown());

const document = z.looseObject({
  terraform: z
    .looseObject({
      backend: z.record(z.string(), settings).optional(),
      required_providers: settings.optional(),
    })
    .default({}),
  module: settings.optional(),
});

/** What `cdk.tf.json` in a folder asks for. @throws {Error} when there is none */
export function readConfiguration(directory: string): Configuration {
  const path = join(directory, "cdk.tf.json");
  const text = readIfExists(path);
  if (text === undefined) throw new Error(`bug: there is no ${path}; it is synthesized first`);
  const { terraform, module } = document.parse(JSON.parse(text));
  return {
    backend: absolute(terraform.backend ?? { local: {} }, directory),
    providers: terraform.required_providers ?? {},
    modules: module ?? {},
  };
}

/** A backend block that means the same in another folder. */
export function absolute(backend: BackendBlock, directory: string): BackendBlock {
  const { local } = backend;
  if (local === undefined) return backend;
  const path = resolve(directory, String(local["path"] ?? "terraform.tfstate"));
  return { ...backend, local: { ...local, path } };
}

/** Absolute path of the state where it is a file on this machine. */
export function localStatePath({ local }: BackendBlock): string | undefined {
  return local === undefined ? undefined : String(local["path"]);
}

/** Where the state is, for people. */
export function describeBackend(backend: BackendBlock): string {
  const [kind = "local", settings = {}] = Object.entries(backend)[0] ?? [];
  switch (kind) {
    case "local":
      return `the file ${String(settings["path"])}`;
    case "s3":
      return `s3://${String(settings["bucket"])}/${String(settings["key"])}`;
    case "pg":
      return `PostgreSQL, schema ${String(settings["schema_name"] ?? "terraform_remote_state")}`;
    default:
      return kind;
  }
}
