import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, test } from "vitest";
import type { AwsOptions } from "../../stacks/aws/options.js";
import { readAwsSettings } from "../../stacks/aws/settings.js";
import { messageOf } from "../helpers/deployments.js";

const scratch = mkdtempSync(join(tmpdir(), "mlstack-aws-settings-"));
afterAll(() => rmSync(scratch, { recursive: true, force: true }));

function read(options: AwsOptions, text?: string) {
  const out = mkdtempSync(join(scratch, "run-"));
  if (text !== undefined) writeFileSync(join(out, "mlstack.env"), text);
  return readAwsSettings({ out, ...options });
}

const needed = { region: "eu-central-1", bucket: "my-models/team" } as const;
const problems = (options: AwsOptions, text?: string) =>
  messageOf(() => read(options, text)).split("\n");

describe("settings of the stack aws", () => {
  test("are a region and a bucket, and defaults", () => {
    const { deployment, target, state, keep } = read(needed);
    expect(deployment.name).toBe("mlflow-aws");
    expect(deployment.artifactStore).toMatchObject({
      kind: "s3",
      bucket: "my-models",
      prefix: "team",
      region: "eu-central-1",
      credentials: "ambient",
    });
    expect(target).toMatchObject({ shape: "managed", region: "eu-central-1", protect: true });
    expect(state).toEqual({ kind: "local" });
    expect(keep?.text).toMatch(/^MLSTACK_AWS_REGION=eu-central-1$/m);
    expect(keep?.text).toMatch(/^MLFLOW_ARTIFACTS_DESTINATION=s3:\/\/my-models\/team$/m);
  });

  test.each([
    ["shape", "host", "MLSTACK_AWS_SHAPE=host"],
    ["bucket", "s3://b-1/p", "MLFLOW_ARTIFACTS_DESTINATION=s3://b-1/p"],
    ["egress", "nat", "MLSTACK_AWS_EGRESS=nat"],
    ["architecture", "x86_64", "MLSTACK_AWS_ARCHITECTURE=x86_64"],
    ["state", "pg", "MLSTACK_STATE=pg"],
    ["name", "team", "MLSTACK_NAME=team"],
    ["profile", "medium", "MLSTACK_PROFILE=medium"],
  ])("the flag %s is kept as its variable", (flag, value, line) => {
    const { keep } = read({ ...needed, [flag]: value } as AwsOptions);
    expect(keep?.text.split("\n")).toContain(line);
  });

  test("flags of a domain are kept, too", () => {
    const domain = { domain: "ml.example.com", hostedZone: "example.com", public: true };
    const { target, keep } = read({ ...needed, ...domain });
    expect(target).toMatchObject({ public: true, domain: { name: "ml.example.com" } });
    for (const line of ["MLSTACK_AWS_PUBLIC=true", "MLSTACK_AWS_HOSTED_ZONE=example.com"]) {
      expect(keep?.text.split("\n")).toContain(line);
    }
  });

  test("of an env file are taken, and nothing new is kept", () => {
    const text = "MLSTACK_AWS_REGION=us-east-1\nMLFLOW_ARTIFACTS_DESTINATION=s3://b-1\n";
    const { target, keep } = read({}, text);
    expect(target.region).toBe("us-east-1");
    expect(keep).toBeUndefined();
  });
});

describe("what is wrong is told at once, in the user's words", () => {
  test("nothing given", () => {
    expect(problems({})).toEqual([
      expect.stringMatching(/^MLFLOW_ARTIFACTS_DESTINATION: must be set/),
      expect.stringMatching(/^MLSTACK_AWS_REGION: must be set/),
    ]);
  });

  test("settings, deployment and target", () => {
    const text = [
      "MLFLOW_ARTIFACTS_DESTINATION=s3://My_Bucket",
      "MLSTACK_AWS_REGION=eu-central-1a",
      "MLSTACK_AWS_VPC_CIDR=10.0.0.0/8",
      "MLSTACK_AWS_DOMAIN=mlflow.example.com",
      "MLSTACK_AWS_SHAPE=host",
      "MLSTACK_AWS_INSTANCE_TYPE=m5.large",
      "MLSTACK_DOCKER_HOST=ssh://me@box",
      "MLFLOW_PORT=x",
      "MLSTACK_STATE=nowhere",
    ].join("\n");
    const paths = problems({}, text).map((line) => line.split(":")[0]);
    expect(new Set(paths)).toEqual(
      new Set([
        "MLFLOW_PORT",
        "MLSTACK_DOCKER_HOST",
        "MLSTACK_STATE",
        "MLFLOW_ARTIFACTS_DESTINATION",
        "MLSTACK_AWS_REGION",
        "MLSTACK_AWS_VPC_CIDR",
        "MLSTACK_AWS_HOSTED_ZONE",
        "MLSTACK_AWS_INSTANCE_TYPE",
      ]),
    );
    expect(problems({}, text).join("\n")).not.toMatch(/target\.|artifactStore\./);
  });

  test("RustFS has no place there", () => {
    const [line] = problems({ ...needed, set: ["MLSTACK_ARTIFACT_STORE=rustfs"] });
    expect(line).toMatch(
      /^MLSTACK_ARTIFACT_STORE: "rustfs" has no place .*; use MLFLOW_ARTIFACTS_DESTINATION=s3:\/\//,
    );
  });

  test("a topology for one person", () => {
    const lines = problems({ ...needed, set: ["MLSTACK_TOPOLOGY=localhost-database"] });
    expect(lines.join("\n")).toMatch(/must be "remote-server" on AWS/);
  });

  test("a secret of --set has no file to go to either, and a driver is none", () => {
    const set = ["MLFLOW_DB_PASSWORD=geheim", "MLFLOW_BACKEND_STORE_URI=mysql+pymysql://"];
    const lines = problems({ ...needed, set });
    expect(lines[0]).toMatch(/^MLFLOW_DB_PASSWORD: is no setting on AWS, which makes it up/);
    expect(lines.join("\n")).not.toMatch(/geheim|with -e|must not be (given|set).*--set/);
  });

  test("a name by the rule of AWS alone", () => {
    for (const name of ["Mein MLflow", "a_b", "sg-1"]) {
      expect(problems({ ...needed, name })).toEqual([
        expect.stringMatching(/^MLSTACK_NAME: must (be 1 to 24 characters|not be "default")/),
      ]);
    }
  });

  test("a port of the managed shape, and names of secrets", () => {
    const set = ["MLFLOW_PORT=8080", "MLSTACK_AWS_SECRET_ARNS=MLFLOW_DB_PASSWORD=no-arn"];
    expect(problems({ ...needed, set })).toEqual([
      expect.stringMatching(/^MLSTACK_AWS_SECRET_ARNS\.MLFLOW_DB_PASSWORD: must be the ARN/),
      expect.stringMatching(/^MLFLOW_PORT: must not be given with MLSTACK_AWS_SHAPE "managed"/),
    ]);
  });
});
