import { CreateBucketCommand, PutObjectCommand, S3Client } from "@aws-sdk/client-s3";
import { CreateSecretCommand, SecretsManagerClient } from "@aws-sdk/client-secrets-manager";
import { App } from "cdktf";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import {
  propsForAws,
  resolveAwsTarget,
  type AwsTargetProps,
  type HostFiles,
} from "../../../../constructs/aws/index.js";
import {
  resolveDeployment,
  type MlflowDeploymentProps,
} from "../../../../constructs/mlflow/index.js";
import { AwsStack } from "../../../../stacks/aws-stack.js";
import { renderHostFiles } from "../../../../stacks/aws/host-files.js";
import type { AwsConfiguration } from "../golden.js";
import { motoAccount, type Moto } from "../moto.js";

/** What Terraform would hand to AWS for an instance. */
export interface HostCase {
  readonly userData: string;
  /** Files by key, as they are put into the bucket. */
  readonly objects: Readonly<Record<string, string>>;
  readonly filesBucket: string;
}

export interface HostCaseOptions {
  readonly props: MlflowDeploymentProps;
  readonly target: AwsTargetProps;
  /** What only a test needs to be different. */
  readonly change: (files: HostFiles) => HostFiles;
  /** References of Terraform by the start of their address, such as `aws_ebs_volume`. */
  readonly values: Readonly<Record<string, string>>;
}

/** The synthesised instance, with values in place of Terraform's references. */
export function hostCase({ props, target, change, values }: HostCaseOptions): HostCase {
  const outdir = mkdtempSync(join(tmpdir(), "mlstack-e2e-synth-"));
  try {
    const app = new App({ outdir });
    const deployment = resolveDeployment(propsForAws(props, target));
    const resolved = resolveAwsTarget(target, deployment);
    const files = change(renderHostFiles(deployment, resolved));
    new AwsStack(app, "aws", { deployment, target: resolved, files });
    app.synth();
    const text = readFileSync(join(outdir, "stacks", "aws", "cdk.tf.json"), "utf8");
    const { resource } = JSON.parse(text) as AwsConfiguration;
    const [instance] = Object.values(resource["aws_instance"] ?? {});
    const objects = Object.values(resource["aws_s3_object"] ?? {}).map(({ key, source }) => {
      const path = String(source).replace("${path.module}", join(outdir, "stacks", "aws"));
      return [String(key), readFileSync(path, "utf8")] as const;
    });
    const userData = fill(String(instance?.["user_data"]), values);
    const filesBucket = (/"bucket":"([^"]+)"/.exec(userData) ?? [])[1] ?? "";
    return { userData, objects: Object.fromEntries(objects), filesBucket };
  } finally {
    rmSync(outdir, { recursive: true, force: true });
  }
}

/** As Terraform evaluates a string. */
const fill = (text: string, values: HostCaseOptions["values"]): string =>
  text.replaceAll(/\$\$\{|%%\{|\$\{([^}]+)\}/g, (whole, reference?: string) => {
    if (reference === undefined) return whole.slice(1);
    const found = Object.entries(values).find(([start]) => reference.startsWith(start));
    if (!found) throw new Error(`no value for ${reference}`);
    return found[1];
  });

const region = "eu-central-1";

const clientOf = ({ endpoint }: Moto) => ({
  region,
  endpoint,
  credentials: { accessKeyId: "testing", secretAccessKey: "testing" },
});

export const s3Of = (moto: Moto): S3Client =>
  new S3Client({ ...clientOf(moto), forcePathStyle: true });

export const secretsOf = (moto: Moto): SecretsManagerClient =>
  new SecretsManagerClient(clientOf(moto));

/** @returns the ARN of a secret without a value */
export async function createSecret(moto: Moto, name: string): Promise<string> {
  const { ARN } = await secretsOf(moto).send(new CreateSecretCommand({ Name: name }));
  return ARN ?? "";
}

/** Makes the bucket of artifacts. */
export async function createBucket(moto: Moto, bucket: string): Promise<void> {
  const CreateBucketConfiguration = { LocationConstraint: region } as const;
  await s3Of(moto).send(new CreateBucketCommand({ Bucket: bucket, CreateBucketConfiguration }));
}

/** Puts the files where the instance looks for them. */
export async function putFiles(moto: Moto, { filesBucket, objects }: HostCase): Promise<void> {
  await createBucket(moto, filesBucket).catch(() => undefined);
  for (const [Key, Body] of Object.entries(objects)) {
    await s3Of(moto).send(new PutObjectCommand({ Bucket: filesBucket, Key, Body }));
  }
}

export const accountValues = { "data.aws_caller_identity": motoAccount } as const;
