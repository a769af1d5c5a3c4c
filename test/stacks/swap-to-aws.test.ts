import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { TerraformStack, Testing, type App } from "cdktf";
import { afterAll, describe, expect, test } from "vitest";
import { readAwsSettings } from "../../stacks/aws/settings.js";
import { synthesiseAws } from "../../stacks/aws/synth.js";
import { readStackSettings } from "../../stacks/stack/settings.js";
import { synthesise } from "../../stacks/stack/synth.js";
import { messageOf } from "../helpers/deployments.js";
import { app as homeLab } from "./fixtures/home-lab.js";
import { app as production } from "./fixtures/production.js";

const fixtures = join(import.meta.dirname, "fixtures");
const scratch = mkdtempSync(join(tmpdir(), "mlstack-swap-"));
afterAll(() => rmSync(scratch, { recursive: true, force: true }));

/** Lines of one text that the other does not have. */
const without = (text: string, other: string): readonly string[] =>
  text.split("\n").filter((line) => !other.split("\n").includes(line));

/** The one stack of an app, as text. */
function textOf(app: App): string {
  const [stack] = app.node.children.filter((node) => TerraformStack.isStack(node));
  if (!stack) throw new Error("no stack");
  return Testing.synth(stack);
}

/** Types of its resources. */
const typesOf = (app: App): readonly string[] =>
  Object.keys((JSON.parse(textOf(app)) as { resource: object }).resource);

describe("from the home lab to production", () => {
  const lab = readFileSync(join(fixtures, "home-lab.ts"), "utf8");
  const aws = readFileSync(join(fixtures, "production.ts"), "utf8");

  test("the user's file differs in the artifact store and the target alone", () => {
    expect(without(lab, aws)).toEqual([
      '  artifactStore: { kind: "rustfs", bucket: "team-models", prefix: "mlflow" },',
      '  target: { kind: "docker", host: { url: "ssh://ann@n100.lan" }, bindAddress: "192.168.1.20" },',
    ]);
    expect(without(aws, lab)).toEqual([
      '  artifactStore: { kind: "s3", bucket: "team-models", prefix: "mlflow" },',
      '  target: { kind: "aws", shape: "managed", region: "eu-central-1" },',
    ]);
    expect(lab.split("\n").length).toBe(aws.split("\n").length);
  });

  test("and both are synthesised, each for its target", () => {
    expect(typesOf(homeLab)).toContain("docker_container");
    expect(textOf(homeLab)).toContain('"ip": "192.168.1.20"');
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
  /** The machine, and where on it the server listens: the home lab's `target`. */
  const machine = [
    "MLSTACK_DOCKER_HOST=ssh://ann@n100.lan",
    "MLFLOW_HOST=192.168.1.20",
    "MLFLOW_PORT=5001",
  ];
  const files = {
    lab: [...common, ...machine],
    aws: [
      ...common,
      "MLFLOW_ARTIFACTS_DESTINATION=s3://team-models/mlflow",
      "MLSTACK_AWS_REGION=eu-central-1",
    ],
  };

  /** A folder with an env file. */
  function folderWith(lines: readonly string[]): string {
    const folder = mkdtempSync(join(scratch, "env-"));
    writeFileSync(join(folder, "mlstack.env"), `${lines.join("\n")}\n`);
    return folder;
  }

  test("an env file keeps every line but those of the artifact store and the target", () => {
    const out = folderWith(files.lab);
    const labSettings = readStackSettings("home-lab", { out }, () => undefined);
    const awsSettings = readAwsSettings({ out: folderWith(files.aws) });
    const { trackingServer, ...others } = labSettings.deployment;
    const { bindAddress, port, ...server } = trackingServer;
    expect([labSettings.host.url, bindAddress, port]).toEqual([
      "ssh://ann@n100.lan",
      "192.168.1.20",
      5001,
    ]);
    expect(awsSettings.deployment.trackingServer).toMatchObject(server);
    expect(awsSettings.deployment.backendStore).toEqual(others.backendStore);
    const written = (directory: string) => readFileSync(join(directory, "cdk.tf.json"), "utf8");
    const made = synthesise(labSettings, { owner: undefined });
    expect(written(made.directory)).toContain("docker_container");
    expect(written(synthesiseAws(awsSettings).directory)).toContain("aws_ecs_service");
  });

  test("those of the machine are of the target: AWS refuses each, and tells of all", () => {
    const out = folderWith([...files.aws, ...machine]);
    const paths = messageOf(() => readAwsSettings({ out }))
      .split("\n")
      .map((line) => line.replace(/:.*/, ""));
    const names = machine.map((line) => line.replace(/=.*/, ""));
    expect(paths.toSorted()).toEqual(names.toSorted());
  });
});
