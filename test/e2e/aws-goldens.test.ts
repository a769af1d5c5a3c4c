import { expect, test } from "vitest";
import { typedBlocks, type TypedBlock } from "../aws/schema.js";
import { awsCases } from "../helpers/aws/cases.js";
import { awsGolden, awsGoldenPath } from "../helpers/aws/golden.js";
import type { Block } from "../helpers/docker-target.js";
import {
  describeWithProvider,
  type BlockSchema,
  type InstalledProvider,
  type ProviderSchema,
} from "../helpers/e2e/provider.js";
import { isThere } from "../helpers/terraform.js";

const names = awsCases.map(({ name }) => name);
const sample = awsGoldenPath("managed");

const validity = ({ validate }: InstalledProvider): void => {
  test.each(names)("%s is valid, without a warning", (name) => {
    expect(validate(awsGoldenPath(name))).toMatchObject({ valid: true, diagnostics: [] });
  });
};

/** Of the oldest release that is allowed; the bindings are of a newer major. */
function schemaOf({ section, type }: TypedBlock, schema: ProviderSchema): BlockSchema | undefined {
  switch (section) {
    case "provider":
      return schema.provider.block;
    case "resource":
      return schema.resource_schemas[type]?.block;
    case "data":
      return schema.data_source_schemas[type]?.block;
    default:
      return schema.ephemeral_resource_schemas[type]?.block;
  }
}

/** Arguments that a schema has not, computes alone, or calls deprecated. */
function unknownArguments(block: Block, schema: BlockSchema, path: string): readonly string[] {
  return Object.entries(block).flatMap(([name, value]) => {
    const nested = schema.block_types?.[name];
    if (nested) {
      const blocks = (Array.isArray(value) ? value : [value]) as Block[];
      return blocks.flatMap((each) => unknownArguments(each, nested.block, `${path}.${name}`));
    }
    const attribute = schema.attributes?.[name] as
      { optional?: boolean; required?: boolean; deprecated?: boolean } | undefined;
    const accepted =
      (attribute?.optional ?? attribute?.required ?? false) && !attribute?.deprecated;
    return accepted ? [] : [`${path}.${name}`];
  });
}

const own = ["//", "depends_on", "lifecycle", "provider", "provisioner"];

const violations = (blocks: readonly TypedBlock[], schema: ProviderSchema): readonly string[] =>
  blocks
    .filter(({ type }) => type !== "terraform_data")
    .flatMap((typed) => {
      const known = schemaOf(typed, schema);
      if (!known) return [typed.path];
      const entries = Object.entries(typed.block).filter(([name]) => !own.includes(name));
      return unknownArguments(Object.fromEntries(entries), known, typed.path);
    });

describeWithProvider("goldens and the AWS provider", sample, (provider) => {
  validity(provider);

  test("use only arguments that the oldest allowed provider has, and none that it gives up", () => {
    const schema = provider.schema();
    for (const name of names) {
      expect(violations(typedBlocks(awsGolden(name)), schema)).toStrictEqual([]);
    }
    const file = awsGolden("managed");
    // One of 6.x alone, one that only AWS sets, and one that is given up.
    const [bucket = {}] = Object.values(file.resource["aws_s3_bucket"] ?? {});
    Object.assign(bucket, { region: "eu-central-1", arn: "x", acl: "private" });
    const found = violations(typedBlocks(file), schema);
    expect(found.map((path) => path.split(".").at(-1)).sort()).toStrictEqual([
      "acl",
      "arn",
      "region",
    ]);
  });
});

if (isThere("tofu")) {
  describeWithProvider("goldens and the AWS provider (OpenTofu)", sample, validity, "tofu");
}
