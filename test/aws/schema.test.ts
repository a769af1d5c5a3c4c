import { describe, expect, test } from "vitest";
import { awsCases } from "../helpers/aws/cases.js";
import { awsGolden, type AwsConfiguration } from "../helpers/aws/golden.js";
import { resourcesOf, type Block } from "../helpers/docker-target.js";
import { schemaViolations, typedBlocks } from "./schema.js";

const names = awsCases.map(({ name }) => name);

test.each(names)("%s: every block is one that the bindings of 6.25 would take", (name) => {
  const file = awsGolden(name);
  expect(typedBlocks(file).length).toBeGreaterThan(30);
  expect(schemaViolations(file)).toStrictEqual([]);
});

const only = (file: AwsConfiguration, type: string): Block => {
  const [block] = Object.values(resourcesOf(file, type));
  if (!block) throw new Error(`no ${type}`);
  return block;
};

describe("a fault is found", () => {
  test.each<[string, (file: AwsConfiguration) => void, string]>([
    [
      "an argument that there is not",
      (file) => (only(file, "aws_lb")["idle_time"] = 60),
      "idle_time: there is no such argument",
    ],
    [
      "one of an older major",
      (file) => (only(file, "aws_vpc")["enable_classiclink"] = false),
      "enable_classiclink: there is no such argument",
    ],
    [
      "an argument of a nested block that there is not",
      (file) => (only(file, "aws_lb_listener")["default_action"][0].forwards = "x"),
      "default_action[0].forwards: there is no such argument",
    ],
    [
      "a block in a block in a block",
      (file) =>
        (only(file, "aws_s3_bucket_server_side_encryption_configuration")[
          "rule"
        ][0].apply_server_side_encryption_by_default.algorithm = "AES256"),
      "rule[0].apply_server_side_encryption_by_default.algorithm: there is no such argument",
    ],
    [
      "a required argument that is missing",
      (file) => delete only(file, "aws_ecs_task_definition")["family"],
      "family: is required",
    ],
    [
      "a required one of a nested block",
      (file) => delete only(file, "aws_ecs_service")["load_balancer"][0].container_port,
      "load_balancer[0].container_port: is required",
    ],
    [
      "a text for a number",
      (file) => (only(file, "aws_lb")["idle_timeout"] = "600"),
      'idle_timeout: must be a number; got "600"',
    ],
    [
      "a number for a text",
      (file) => (only(file, "aws_ecs_task_definition")["cpu"] = 256),
      "cpu: must be a string; got 256",
    ],
    [
      "a text for a truth",
      (file) => (only(file, "aws_db_instance")["storage_encrypted"] = "true"),
      'storage_encrypted: must be a boolean; got "true"',
    ],
    [
      "a text for a list",
      (file) => (only(file, "aws_lb")["subnets"] = "subnet-1"),
      "subnets: must be a list",
    ],
    [
      "a number in a map of texts",
      (file) => (only(file, "aws_vpc")["tags"] = { Name: 1 }),
      "tags.Name: must be a string; got 1",
    ],
    [
      "a text for a block",
      (file) => (only(file, "aws_ecs_service")["network_configuration"] = "x"),
      "network_configuration: is no block",
    ],
    [
      "two blocks where one may be",
      (file) => {
        const service = only(file, "aws_ecs_service");
        service["network_configuration"] = [
          service["network_configuration"],
          service["network_configuration"],
        ];
      },
      "network_configuration: must be one block",
    ],
    [
      "a type that there is not",
      (file) => (file.resource["aws_s3_buckets"] = { one: {} }),
      "resource.aws_s3_buckets.one: there is no such type",
    ],
    [
      "an argument of the provider that there is not",
      (file) => (file.provider["aws"]![0]!["regions"] = ["x"]),
      "provider.aws.regions: there is no such argument",
    ],
    [
      "one of a data source",
      (file) => (Object.values(file.data["aws_availability_zones"]!)[0]!["states"] = "available"),
      "states: there is no such argument",
    ],
    [
      "an ephemeral type that is not on the list",
      (file) => (file.ephemeral!["aws_ssm_parameter"] = { one: {} }),
      "ephemeral.aws_ssm_parameter.one: there is no such type",
    ],
    [
      "an ephemeral argument that is not",
      (file) =>
        (Object.values(file.ephemeral!["aws_secretsmanager_random_password"]!)[0]!["length"] = 1),
      "length: there is no such argument",
    ],
  ])("%s", (_, mutate, violation) => {
    const file = awsGolden("managed");
    mutate(file);
    const found = schemaViolations(file);
    expect(found).toHaveLength(1);
    expect(found[0]).toMatch(new RegExp(`${violation.replace(/[[\].*+?(){}|^$\\]/g, "\\$&")}$`));
  });
});
