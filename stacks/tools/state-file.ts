import { existsSync } from "node:fs";
import { join } from "node:path";
import { z } from "zod";
import { deploymentLabel, ownerLabel } from "../../constructs/docker/names.js";
import { ConfigError } from "../../constructs/mlflow/index.js";
import { readIfExists } from "./files.js";

/** Whose a stack's resources are, by the labels that the state has of them. */
export interface StateLabels {
  readonly name: string;
  readonly owner: string;
}

/** What a local state tells of its stack. */
export interface StatePlace extends StateLabels {
  /** URL of the engine; empty: this machine's own; undefined: a first apply was cut off. */
  readonly host: string | undefined;
}

/** File of a local state. It stays where it is, whoever synthesises. */
export const stateFile = (out: string): string => join(out, "terraform.tfstate");

const plain = z.looseObject({
  outputs: z.record(z.string(), z.looseObject({ value: z.unknown() })).default({}),
  resources: z.array(
    z.looseObject({
      instances: z
        .array(z.looseObject({ attributes: z.record(z.string(), z.unknown()).nullish() }))
        .default([]),
    }),
  ),
});

/**
 * Reads the file of a local state; nothing where it holds no resource of a stack, or is encrypted.
 *
 * @throws {ConfigError} when it is damaged, with the way out
 */
export function readStatePlace(out: string): StatePlace | undefined {
  const file = stateFile(out);
  const text = readIfExists(file);
  // Terraform takes an empty file for no state.
  if (text === undefined || text.trim() === "") return undefined;
  const state = parse(text);
  if (!state) throw damaged(file);
  if ("encrypted_data" in state) return undefined;
  const attributes = state.resources.flatMap(({ instances }) =>
    instances.map((instance) => instance.attributes ?? {}),
  );
  const labels = labelsIn(attributes);
  const host = state.outputs["docker_host"]?.value;
  return labels && { ...labels, host: typeof host === "string" ? host : undefined };
}

/** Whether there is a local state of a stack, readable here or not. */
export function hasState(out: string): boolean {
  const state = parse(readIfExists(stateFile(out)) ?? "");
  return (state && "encrypted_data" in state) || readStatePlace(out) !== undefined;
}

/** The labels of the first resource that has them. @param resources - attributes of each */
export function labelsIn(
  resources: readonly Readonly<Record<string, unknown>>[],
): StateLabels | undefined {
  for (const attributes of resources) {
    const name = labelOf(attributes, deploymentLabel);
    if (name !== "") return { name, owner: labelOf(attributes, ownerLabel) };
  }
  return undefined;
}

/** A label of a resource, as the provider lists them; empty: it has none of that name. */
export function labelOf({ labels }: Readonly<Record<string, unknown>>, name: string): string {
  const list = Array.isArray(labels)
    ? (labels as ({ label?: string; value?: string } | null)[])
    : [];
  return list.find((one) => one?.label === name)?.value ?? "";
}

/** What OpenTofu writes where the state's owner has set `TF_ENCRYPTION`. */
const encrypted = z.looseObject({ encrypted_data: z.string() });

const schema = z.union([encrypted, plain]);

function parse(text: string): z.output<typeof schema> | undefined {
  try {
    return schema.safeParse(JSON.parse(text)).data;
  } catch {
    return undefined;
  }
}

function damaged(file: string): ConfigError {
  const backup = `${file}.backup`;
  const first =
    existsSync(backup) && parse(readIfExists(backup) ?? "")
      ? `put "${backup}" in its place, or`
      : "put a backup of it in its place, or";
  return new ConfigError([
    {
      path: file,
      problem: `is damaged; ${first} remove it: the next deploy makes everything anew around the data`,
    },
  ]);
}
