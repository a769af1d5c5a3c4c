import { App, Testing } from "cdktf";
import { describe, expect, test } from "vitest";
import type { MlflowDeploymentProps } from "../../constructs/aws/index.js";
import { jobProfile } from "../../constructs/aws/job-profile.js";
import { AwsStack } from "../../stacks/aws-stack.js";
import { awsProps, hostTarget, managedTarget } from "../helpers/aws/cases.js";
import { awsStackProps, type AwsConfiguration } from "../helpers/aws/golden.js";
import { blocksOf } from "./view.js";

/** What every job finds in its environment. */
function environments(provider?: MlflowDeploymentProps["provider"]) {
  const props = awsStackProps(awsProps(), managedTarget());
  const stack = new AwsStack(new App(), "stack", { ...props, ...(provider && { provider }) });
  const file = JSON.parse(Testing.synth(stack)) as AwsConfiguration;
  return blocksOf(file, "terraform_data").map(([, block]) => {
    return block["provisioner"]?.[0]?.["local-exec"]?.environment as Record<string, string>;
  });
}

test("every job has the provider's profile", () => {
  const profiles = environments({ profile: "team" }).map(({ AWS_PROFILE: profile }) => profile);
  expect(profiles).toStrictEqual(["team", "team", "team"]);
});

test("without a profile a job finds credentials as every tool of AWS does", () => {
  for (const environment of environments()) expect(environment).not.toHaveProperty("AWS_PROFILE");
});

describe("credentials that the provider alone would have", () => {
  const provider = { assumeRole: [{ roleArn: "arn:aws:iam::1:role/deploy" }], accessKey: "a" };

  test("are refused where there are jobs, each by its name", () => {
    const refused = () => jobProfile(managedTarget(), { ...provider, profile: "team" });
    expect(refused).toThrow(
      /^provider\.assumeRole: must not be given with target\.shape "managed"/,
    );
    expect(refused).toThrow(/^provider\.accessKey: .*; use provider\.profile/m);
    expect(() => environments(provider)).toThrow(/provider\.assumeRole/);
  });

  test("are let through where there are none", () => {
    expect(jobProfile(hostTarget(), provider)).toBeUndefined();
  });
});
