import type { AwsConfiguration } from "../helpers/aws/golden.js";
import type { Block } from "../helpers/docker-target.js";
import { fieldsOf, type ArgumentType, type Fields } from "./bindings.js";

/** Arguments that Terraform itself has in every block, in the words of its JSON. */
const metaArguments = ["//", "depends_on", "lifecycle", "provider", "provisioner"];

const scalar = (kind: "string" | "number" | "boolean", required = false) => ({
  required,
  type: { kind },
});

/**
 * Blocks that the bindings have no words for.
 *
 * @see https://registry.terraform.io/providers/hashicorp/aws/5.100.0/docs/ephemeral-resources/secretsmanager_secret_version
 * @see https://registry.terraform.io/providers/hashicorp/aws/5.100.0/docs/ephemeral-resources/secretsmanager_random_password
 * @see https://developer.hashicorp.com/terraform/language/resources/terraform-data
 */
const written: Readonly<Record<string, Fields>> = {
  "ephemeral.aws_secretsmanager_random_password": new Map([
    ["exclude_characters", scalar("string")],
    ["exclude_lowercase", scalar("boolean")],
    ["exclude_numbers", scalar("boolean")],
    ["exclude_punctuation", scalar("boolean")],
    ["exclude_uppercase", scalar("boolean")],
    ["include_space", scalar("boolean")],
    ["password_length", scalar("number")],
    ["require_each_included_type", scalar("boolean")],
  ]),
  "ephemeral.aws_secretsmanager_secret_version": new Map([
    ["secret_id", scalar("string", true)],
    ["version_id", scalar("string")],
    ["version_stage", scalar("string")],
  ]),
  "resource.terraform_data": new Map([
    ["input", { required: false, type: { kind: "any" } }],
    ["triggers_replace", { required: false, type: { kind: "any" } }],
  ]),
};

/** A block of a configuration: where it is, and what it may have. */
export interface TypedBlock {
  readonly section: "resource" | "data" | "ephemeral" | "provider";
  readonly type: string;
  readonly path: string;
  readonly block: Block;
}

/** Every block that a provider reads. */
export function typedBlocks(file: AwsConfiguration): readonly TypedBlock[] {
  const named = (["resource", "data", "ephemeral"] as const).flatMap((section) =>
    Object.entries(file[section] ?? {}).flatMap(([type, blocks]) =>
      Object.entries(blocks).map(([name, block]) => {
        return { section, type, path: `${section}.${type}.${name}`, block };
      }),
    ),
  );
  const providers = Object.entries(file.provider).flatMap(([type, blocks]) =>
    blocks.map((block) => ({
      section: "provider" as const,
      type,
      path: `provider.${type}`,
      block,
    })),
  );
  return [...named, ...providers];
}

function fieldsOfBlock({ section, type }: TypedBlock): Fields | undefined {
  const own = written[`${section}.${type}`];
  if (own || section === "ephemeral") return own;
  const name = type.replace(/^aws_/, "").replaceAll("_", "-");
  if (section === "provider") return type === "aws" ? fieldsOf("provider") : undefined;
  return fieldsOf(section === "data" ? `data-aws-${name}` : name);
}

/** What a configuration has that the bindings don't know, or lacks, or has of another type. */
export function schemaViolations(file: AwsConfiguration): readonly string[] {
  return typedBlocks(file).flatMap((typed) => {
    const fields = fieldsOfBlock(typed);
    if (!fields) return [`${typed.path}: there is no such type`];
    const own = Object.entries(typed.block).filter(([name]) => !metaArguments.includes(name));
    return blockViolations(Object.fromEntries(own), fields, typed.path);
  });
}

function blockViolations(block: Block, fields: Fields, path: string): readonly string[] {
  const missing = [...fields]
    .filter(([name, { required }]) => required && block[name] === undefined)
    .map(([name]) => `${path}.${name}: is required`);
  const wrong = Object.entries(block).flatMap(([name, value]) => {
    const field = fields.get(name);
    if (!field) return [`${path}.${name}: there is no such argument`];
    return valueViolations(value, field.type, `${path}.${name}`);
  });
  return [...missing, ...wrong];
}

/** A text that is one reference has the type of what it refers to. */
const isReference = (value: unknown): boolean =>
  typeof value === "string" && /^\$\{[^{}]+\}$/.test(value);

function valueViolations(value: unknown, type: ArgumentType, path: string): readonly string[] {
  if (type.kind === "any" || isReference(value)) return [];
  switch (type.kind) {
    case "block": {
      const blocks: readonly unknown[] = Array.isArray(value) ? value : [value];
      const many = !type.several && blocks.length > 1 ? [`${path}: must be one block`] : [];
      const each = blocks.flatMap((block, index) => {
        const at = Array.isArray(value) ? `${path}[${index}]` : path;
        return isObject(block) ? blockViolations(block, type.fields, at) : [`${at}: is no block`];
      });
      return [...many, ...each];
    }
    case "list":
      if (!Array.isArray(value)) return [`${path}: must be a list`];
      return value.flatMap((each, index) => valueViolations(each, type.of, `${path}[${index}]`));
    case "map":
      if (!isObject(value)) return [`${path}: must be a map`];
      return Object.entries(value).flatMap(([key, each]) =>
        valueViolations(each, type.of, `${path}.${key}`),
      );
    default:
      return typeof value === type.kind
        ? []
        : [`${path}: must be a ${type.kind}; got ${JSON.stringify(value)}`];
  }
}

const isObject = (value: unknown): value is Block =>
  typeof value === "object" && value !== null && !Array.isArray(value);
