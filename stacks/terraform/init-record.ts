import { existsSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { isDeepStrictEqual } from "node:util";
import { z } from "zod";
import { readIfExists, writeFileAtomically } from "../tools/files.js";
import type { TerraformBinary } from "./binary.js";
import { absolute, type BackendBlock, type Configuration } from "./configuration.js";

const backend = z.record(z.string(), z.record(z.string(), z.unknown()));

const recordSchema = z.object({
  binary: z.string(),
  backend,
  providers: z.unknown(),
  modules: z.unknown(),
  /** States that were left behind by a move: what identifies each, by its place. */
  left: z.record(z.string(), z.string()).default({}),
});

/** What the last `init` of a folder was for. */
export type InitRecord = z.infer<typeof recordSchema>;

/** Beside `.terraform`, and not in it: who removes that folder must not lose sight of the state. */
const recordPath = (directory: string) => join(directory, ".mlstack-init.json");

const ownFile = (directory: string) => join(directory, ".terraform", "terraform.tfstate");

/** The record that an `init` for this configuration leaves. */
export const recordOf = (
  { name, version }: TerraformBinary,
  { backend, providers, modules }: Configuration,
  left: InitRecord["left"],
): InitRecord => ({ binary: `${name} ${version}`, backend, providers, modules, left });

/** The record of a folder; undefined: there is none, or none that can be read. */
export function readRecord(directory: string): InitRecord | undefined {
  return parse(recordSchema, readIfExists(recordPath(directory)));
}

export const writeRecord = (directory: string, record: InitRecord): void =>
  writeFileAtomically(recordPath(directory), `${JSON.stringify(record, null, 2)}\n`, 0o600);

/** Whether `init` would do nothing: the same words, and its results are all there. */
export function isInitialized(
  directory: string,
  recorded: InitRecord | undefined,
  wanted: InitRecord,
): boolean {
  return (
    isDeepStrictEqual(recorded, wanted) &&
    existsSync(ownFile(directory)) &&
    providersExist(join(directory, ".terraform", "providers"))
  );
}

/** Whether every provider's link leads somewhere: the cache may have been emptied. */
function providersExist(folder: string): boolean {
  if (!existsSync(folder)) return true;
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isSymbolicLink())
    .every(({ parentPath, name }) => existsSync(join(parentPath, name)));
}

/** Where the state of a folder is as of its last `init`, whoever ran that; undefined: none ran. */
export function backendInUse(
  directory: string,
  recorded: InitRecord | undefined,
): BackendBlock | undefined {
  if (recorded !== undefined) return recorded.backend;
  const own = z.looseObject({
    backend: z.looseObject({ type: z.string(), config: z.record(z.string(), z.unknown()) }),
  });
  const found = parse(own, readIfExists(ownFile(directory)))?.backend;
  if (found === undefined) return undefined;
  const given = withoutNull(found.config) as Readonly<Record<string, unknown>>;
  return absolute({ [found.type]: given }, directory);
}

/** Terraform writes every setting of a backend, and null for those that nobody gave. */
function withoutNull(value: unknown): unknown {
  if (value === null || typeof value !== "object" || Array.isArray(value)) return value;
  const given = Object.entries(value).filter(([, one]) => one !== null);
  return Object.fromEntries(given.map(([name, one]) => [name, withoutNull(one)]));
}

function parse<T>(schema: z.ZodType<T>, text: string | undefined): T | undefined {
  if (text === undefined) return undefined;
  try {
    return schema.safeParse(JSON.parse(text)).data;
  } catch {
    return undefined;
  }
}
