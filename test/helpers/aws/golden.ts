import { App, Testing } from "cdktf";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import {
  propsForAws,
  resolveAwsTarget,
  type AwsTargetProps,
} from "../../../constructs/aws/index.js";
import { packageDirectory } from "../../../constructs/image/load.js";
import { resolveDeployment, type MlflowDeploymentProps } from "../../../constructs/mlflow/index.js";
import { AwsStack, type AwsStackProps } from "../../../stacks/aws-stack.js";
import { renderHostFiles } from "../../../stacks/aws/host-files.js";
import { constructTree } from "../construct-tree.js";
import type { Configuration } from "../docker-target.js";
import type { AwsCase } from "./cases.js";

export type AwsConfiguration = Configuration & {
  data: Configuration["resource"];
  ephemeral?: Configuration["resource"];
};

/** Files of one case of `constructs/aws/golden`, by name. */
export type AwsGolden = Readonly<Record<"cdk.tf.json" | "construct-tree.txt", string>>;

/** Props of a stack, as `mlstack` would make them of what the user states. */
export function awsStackProps(props: MlflowDeploymentProps, target: AwsTargetProps): AwsStackProps {
  const deployment = resolveDeployment(propsForAws(props, target));
  const resolved = resolveAwsTarget(target, deployment);
  const files = resolved.shape === "host" ? renderHostFiles(deployment, resolved) : undefined;
  return { deployment, target: resolved, ...(files && { files }) };
}

/** Synthesises a case below `outdir`. @returns its stack, and the folder with `cdk.tf.json` */
export function synthAws({ name, props, target }: AwsCase, outdir: string) {
  const app = new App({ outdir });
  const stack = new AwsStack(app, name, awsStackProps(props, target));
  app.synth();
  return { stack, folder: join(outdir, "stacks", name) };
}

/** What a case is synthesised to, metadata included, as `terraform` would get it. */
export function renderAwsGolden(awsCase: AwsCase): AwsGolden {
  const outdir = mkdtempSync(join(tmpdir(), "mlstack-golden-"));
  try {
    const { stack, folder } = synthAws(awsCase, outdir);
    const text = readFileSync(join(folder, "cdk.tf.json"), "utf8");
    return { "cdk.tf.json": `${text.trimEnd()}\n`, "construct-tree.txt": constructTree(stack) };
  } finally {
    rmSync(outdir, { recursive: true, force: true });
  }
}

/** The configuration of props that are no golden, as text without metadata. */
export const synthAwsText = (props: MlflowDeploymentProps, target: AwsTargetProps): string =>
  Testing.synth(new AwsStack(new App(), "stack", awsStackProps(props, target)));

export const synthAwsProps = (
  props: MlflowDeploymentProps,
  target: AwsTargetProps,
): AwsConfiguration => JSON.parse(synthAwsText(props, target)) as AwsConfiguration;

export const awsGoldenFolder = join(packageDirectory(), "constructs", "aws", "golden");

/** Path of a case's configuration. */
export const awsGoldenPath = (name: string): string => join(awsGoldenFolder, name, "cdk.tf.json");

/** A case's configuration as it is stored: a copy, to be changed at will. */
export const awsGolden = (name: string): AwsConfiguration =>
  JSON.parse(readFileSync(awsGoldenPath(name), "utf8")) as AwsConfiguration;
