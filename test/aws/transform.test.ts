import { App, Testing } from "cdktf";
import { expect, test } from "vitest";
import type { AwsTransform } from "../../constructs/aws/index.js";
import { AwsStack } from "../../stacks/aws-stack.js";
import { awsProps, hostTarget, managedTarget } from "../helpers/aws/cases.js";
import { awsStackProps, type AwsConfiguration } from "../helpers/aws/golden.js";
import { messageOf } from "../helpers/deployments.js";
import { resourcesOf } from "../helpers/docker-target.js";

const managed = awsStackProps(awsProps(), managedTarget());
const host = awsStackProps(awsProps(), hostTarget());

function synth(props: typeof host, transform: AwsTransform): AwsConfiguration {
  const stack = new AwsStack(new App(), "stack", { ...props, transform });
  return JSON.parse(Testing.synth(stack)) as AwsConfiguration;
}

test("a transform has the last word on the instance", () => {
  const file = synth(host, { instance: (config) => ({ ...config, monitoring: true }) });
  const [instance] = Object.values(resourcesOf(file, "aws_instance"));
  expect(instance).toMatchObject({ monitoring: true, instance_type: "t4g.small" });
});

test("a transform has the last word on a task and on the service", () => {
  const file = synth(managed, {
    tasks: { "db-upgrade": (config) => ({ ...config, family: "mine" }) },
    service: (config) => ({ ...config, platformVersion: "1.4.0" }),
  });
  const families = Object.values(resourcesOf(file, "aws_ecs_task_definition")).map(
    ({ family }) => family as string,
  );
  expect(families).toContain("mine");
  expect(families).not.toEqual(["mine", "mine"]);
  const [service] = Object.values(resourcesOf(file, "aws_ecs_service"));
  expect(service).toMatchObject({ platform_version: "1.4.0" });
});

const same = <T>(config: T): T => config;
const { files, ...withoutFiles } = host;

test.each<[string, () => unknown, readonly string[]]>([
  [
    "tasks and a service on an instance",
    () => synth(host, { tasks: {}, service: same }),
    ["tasks", "service"].map(
      (part) => `transform.${part}: must not be given with target.shape "host", which has none`,
    ),
  ],
  [
    "an instance of Fargate, and files for it",
    () => synth({ ...managed, files: files ?? {} }, { instance: same }),
    [
      'files: must not be given without target.shape "host", whose instance runs them',
      'transform.instance: must not be given with target.shape "managed", which has none',
    ],
  ],
  [
    "an instance without its files",
    () => synth(withoutFiles, {}),
    ['files: must be given with target.shape "host", whose instance runs them'],
  ],
])("%s", (_, work, lines) => {
  expect(messageOf(work)).toBe(lines.join("\n"));
});
