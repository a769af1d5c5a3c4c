import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { TerraformStack, Testing, type App } from "cdktf";
import { afterAll, describe, expect, test } from "vitest";
import { readAwsSettings } from "../../stacks/aws/settings.js";
import { synthesiseAws } from "../../stacks/aws/synth.js";
import { readStackSettings } from "../../stacks/stack/settings.js";
import { synthesise } from "../../stacks/stack/synth.js";
import { app as homeLab } from "./fixtures/home-lab.js";
import { app as production } from "./fixtures/production.js";

const fixtures = join(import.meta.dirname, "fixtures");
const scratch = mkdtempSync(join(tmpdir(), "mlstack-swap-"));
afterAll(() => rmSync(scratch, { recursive: true, force: true }));

/** Lines of one text that the other does not have. */
const without = (text: string, other: string): readonly string[] =>
  text.split("\n").filter((line) => !other.split("\n").includes(line));

/** Types of the resources of the one stack of an app. */
function typesOf(app: App): readonly string[] {
  const [stack] = app.node.children.filter((node) => TerraformStack.isStack(node));
  if (!stack) throw new Error("no stack");
  return Object.keys((JSON.parse(Testing.synth(stack)) as { resource: object }).resource);
}

describe("from the home lab to production", () => {
  const lab = readFileSync(join(fixtures, "home-lab.ts"), "utf8");
  const aws = readFileSync(join(fixtures, "production.ts"), "utf8");

  test("the user's file differs in the artifact store and the target alone", () => {
    expect(without(lab, aws)).toEqual([
      '  artifactStore: { kind: "rustfs", bucket: "team-models", prefix: "mlflow" },',
      '  target: { kind: "docker", host: { url: "ssh://ann@n100.lan" } },',
    ]);
    expect(without(aws, lab)).toEqual([
      '  artifactStore: { kind: "s3", bucket: "team-models", prefix: "mlflow" },',
      '  target: { kind: "aws", shape: "managed", region: "eu-central-1" },',
    ]);
    expect(lab.split("\n").length).toBe(aws.split("\n").length);
  });

  test("and both are synthesised, each for its target", () => {
    expect(typesOf(homeLab)).toContain("docker_container");
    expect(typesOf(homeLab).filter((type) => type.startsWith("aws_"))).toEqual([]);
    const types = typesOf(production);
    for (const type of ["aws_ecs_service", "aws_db_instance", "aws_s3_bucket"]) {
      expect(types).toContain(type);
    }
    expect(types.filter((type) => type.startsWith("docker_"))).toEqual([]);
  });

  const common = [
    "MLSTACK_NAME=team",
    "MLSTACK_PUBLIC_URLS=https://mlflow.example.com",
    "MLFLOW_AUTH_ADMIN_USERNAME=ann",
    "MLSTACK_DEFAULT_PERMISSION=READ",
    "MLSTACK_BACKEND_STORE=postgres",
  ];
  const files = {
    lab: [...common, "MLSTACK_DOCKER_HOST=ssh://ann@n100.lan"],
    aws: [
      ...common,
      "MLFLOW_ARTIFACTS_DESTINATION=s3://team-models/mlflow",
      "MLSTACK_AWS_REGION=eu-central-1",
    ],
  };

  test("an env file keeps every line but those of the artifact store and the target", () => {
    const out = (name: keyof typeof files): string => {
      const folder = mkdtempSync(join(scratch, `${name}-`));
      writeFileSync(join(folder, "mlstack.env"), `${files[name].join("\n")}\n`);
      return folder;
    };
    const labSettings = readStackSettings("home-lab", { out: out("lab") }, () => undefined);
    const awsSettings = readAwsSettings({ out: out("aws") });
    const { trackingServer, ...others } = labSettings.deployment;
    expect(awsSettings.deployment.trackingServer).toEqual(trackingServer);
    expect(awsSettings.deployment.backendStore).toEqual(others.backendStore);
    const textOf = (directory: string) => readFileSync(join(directory, "cdk.tf.json"), "utf8");
    const made = synthesise(labSettings, { owner: undefined });
    expect(textOf(made.directory)).toContain("docker_container");
    expect(textOf(synthesiseAws(awsSettings).directory)).toContain("aws_ecs_service");
  });
});
