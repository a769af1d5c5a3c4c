import {
  GetSecretValueCommand,
  ListSecretsCommand,
  SecretsManagerClient,
} from "@aws-sdk/client-secrets-manager";
import { App } from "cdktf";
import { execa } from "execa";
import { readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import type { AwsTargetProps } from "../../constructs/aws/index.js";
import { AwsStack } from "../../stacks/aws-stack.js";
import { awsCase, awsCases } from "../helpers/aws/cases.js";
import { awsGoldenPath, awsStackProps, type AwsConfiguration } from "../helpers/aws/golden.js";
import { startMoto, type Moto } from "../helpers/aws/moto.js";
import { awsProgram } from "../helpers/aws/python-tools.js";
import { withoutJobs } from "../helpers/aws/without-jobs.js";
import { describeWithProvider } from "../helpers/e2e/provider.js";
import { temporaryFolder } from "../helpers/e2e/mlstack.js";

/** What is in an account before the stack: a zone, a network of the user's. */
const prepare = `
import boto3, json
zone = boto3.client("route53").create_hosted_zone(Name="example.com", CallerReference="x")
ec2 = boto3.client("ec2")
vpc = ec2.create_vpc(CidrBlock="10.90.0.0/16")["Vpc"]["VpcId"]
zones = [each["ZoneName"] for each in ec2.describe_availability_zones()["AvailabilityZones"]]
subnets = [
    ec2.create_subnet(VpcId=vpc, CidrBlock=f"10.90.{i}.0/24", AvailabilityZone=zones[i])["Subnet"]["SubnetId"]
    for i in range(2)
]
uri = boto3.client("secretsmanager").create_secret(
    Name="database-uri", SecretString="postgresql+psycopg2://mlflow:canary-of-the-user@db/mlflow"
)["ARN"]
acm = boto3.client("acm")
certificate = acm.request_certificate(DomainName="mlflow.example.com")["CertificateArn"]
print(json.dumps({"vpcId": vpc, "subnets": subnets, "uri": uri, "certificate": certificate}))
`;

interface Account {
  readonly vpcId: string;
  readonly subnets: readonly string[];
  readonly uri: string;
  readonly certificate: string;
}

/** The case's target, with ids of this account, and without what keeps it from being destroyed. */
function targetIn({ target }: { target: AwsTargetProps }, account: Account): AwsTargetProps {
  return {
    ...target,
    protect: false,
    ...(target.vpcId && { vpcId: account.vpcId, privateSubnetIds: account.subnets }),
    ...(target.certificateArn && { certificateArn: account.certificate }),
    ...(target.secretArns && { secretArns: { MLFLOW_BACKEND_STORE_URI: account.uri } }),
  };
}

/** What moto answers in another way than AWS after an apply, by type and argument. */
const motoDrift: Readonly<Record<string, string>> = {
  "aws_db_parameter_group.parameter": "moto gives a parameter no method of its own",
  "aws_ecs_service.availability_zone_rebalancing": "moto does not know it",
  "aws_ecs_service.health_check_grace_period_seconds": "moto does not keep it",
  "aws_instance.associate_public_ip_address": "moto gives an address to every instance",
  "aws_volume_attachment.instance_id": "its instance is replaced for that address",
  "aws_instance.vpc_security_group_ids": "moto does not keep them",
  "aws_vpc_security_group_egress_rule.description": "moto does not keep it",
  "aws_vpc_security_group_ingress_rule.description": "moto does not keep it",
};

interface Change {
  readonly address: string;
  readonly type: string;
  readonly change: {
    readonly actions: readonly string[];
    readonly before: Record<string, unknown>;
    readonly after: Record<string, unknown>;
    readonly replace_paths?: readonly (readonly unknown[])[];
  };
}

async function accountIn(moto: Moto): Promise<Account> {
  const { stdout } = await execa(await awsProgram("python"), ["-c", prepare], {
    env: { ...moto.environment, AWS_DEFAULT_REGION: "eu-central-1" },
  });
  return JSON.parse(stdout) as Account;
}

/** Values of every secret that moto has by now. */
async function secretValuesIn(moto: Moto): Promise<readonly string[]> {
  const client = new SecretsManagerClient({
    region: "eu-central-1",
    endpoint: moto.endpoint,
    credentials: { accessKeyId: "testing", secretAccessKey: "testing" },
  });
  const { SecretList: list = [] } = await client.send(new ListSecretsCommand({ MaxResults: 100 }));
  const values = await Promise.all(
    list.map(async ({ ARN: SecretId }) => {
      const found = await client
        .send(new GetSecretValueCommand({ SecretId }))
        .catch(() => ({ SecretString: undefined }));
      return found.SecretString ?? "";
    }),
  );
  client.destroy();
  return values.flatMap((value) => (value === "" ? [] : [value, ...passwordIn(value)]));
}

describeWithProvider("the AWS provider and moto", awsGoldenPath("managed"), () => {
  // Each in a moto of its own, side by side: most of the time the provider waits.
  test.concurrent.for(awsCases.map(({ name }) => name))(
    "%s: applied, unchanged, without a secret, destroyed",
    async (name, { onTestFinished }) => {
      const moto = await startMoto();
      onTestFinished(() => moto.stop());
      const account = await accountIn(moto);
      const outdir = temporaryFolder(`aws-${name}`);
      onTestFinished(() => rmSync(outdir, { recursive: true, force: true }));
      const app = new App({ outdir, skipValidation: true });
      const found = awsCase(name);
      new AwsStack(app, name, {
        ...awsStackProps(found.props, targetIn(found, account)),
        // What moto does not know is asked for again and again by default.
        provider: { s3UsePathStyle: true, maxRetries: 2 },
      });
      app.synth();
      const folder = join(outdir, "stacks", name);
      withoutJobs(folder);
      asMotoCan(folder);
      const terraform = (...words: string[]) =>
        execa("terraform", [`-chdir=${folder}`, ...words], {
          env: { ...moto.environment, TF_IN_AUTOMATION: "1", CHECKPOINT_DISABLE: "1" },
          reject: false,
          all: true,
        });
      const done = async (...words: string[]) => {
        const result = await terraform(...words);
        expect(result.exitCode, result.all).toBe(0);
        return result.stdout;
      };
      await done("init", "-input=false", "-no-color");
      await done("plan", "-input=false", "-no-color", "-out=first.plan");
      const planned = await done("show", "-json", "first.plan");
      await done("apply", "-input=false", "-no-color", "first.plan");
      await done("plan", "-input=false", "-no-color", "-out=second.plan");
      const second = await done("show", "-json", "second.plan");
      const state = readFileSync(join(folder, "terraform.tfstate"), "utf8");
      const secrets = await secretValuesIn(moto);
      expect(secrets.length).toBeGreaterThan(1);
      const configuration = readFileSync(join(folder, "cdk.tf.json"), "utf8");
      const texts = { state, planned, second, configuration };
      const leaks = Object.entries(texts).filter(([, text]) =>
        secrets.some((each) => text.includes(each)),
      );
      expect(leaks.map(([where]) => where)).toStrictEqual([]);
      expect(changesIn(second).filter((each) => motoDrift[each] === undefined)).toStrictEqual([]);
      await done("destroy", "-auto-approve", "-input=false", "-no-color");
    },
  );
});

/** The password of a URI, and of a JSON object. */
function passwordIn(value: string): readonly string[] {
  const uri = /:\/\/[^:/]*:([^@]*)@/.exec(value)?.[1];
  const object = /"password": ?"([^"]*)"/.exec(value)?.[1];
  return [uri, object].filter((each): each is string => each !== undefined && each.length > 7);
}

/** `aws_lb.tags`: what a plan would change. */
function changesIn(plan: string): readonly string[] {
  const { resource_changes: changes = [] } = JSON.parse(plan) as { resource_changes?: Change[] };
  const real = changes.filter(({ change }) => !["no-op", "read"].includes(change.actions.join()));
  return real.flatMap(({ type, change: { actions, before, after, replace_paths: paths } }) => {
    // Of what is replaced, why.
    if (paths) return paths.map(([name]) => `${type}.${String(name)}`);
    if (!before || !after) return [`${type} ${actions.join()}`];
    return Object.keys({ ...before, ...after })
      .filter((key) => JSON.stringify(before[key]) !== JSON.stringify(after[key]))
      .map((key) => `${type}.${key}`);
  });
}

/**
 * moto has Amazon's images and not Canonical's, has no Data Lifecycle Manager, and reads a denial
 * under a condition as one without: the files of an instance could not be written.
 */
function asMotoCan(folder: string): void {
  const path = join(folder, "cdk.tf.json");
  const known = "/aws/service/ami-amazon-linux-latest/al2023-ami-kernel-default-arm64";
  const text = readFileSync(path, "utf8");
  const file = JSON.parse(
    text.replaceAll(/\/aws\/service\/canonical\/[\w./-]+/g, known),
  ) as AwsConfiguration;
  delete file.resource["aws_dlm_lifecycle_policy"];
  if (file.resource["aws_s3_object"]) delete file.resource["aws_s3_bucket_policy"];
  for (const block of Object.values(file.resource).flatMap((each) => Object.values(each))) {
    const waits = block["depends_on"] as string[] | undefined;
    block["depends_on"] = waits?.filter((address) => {
      const [type = "", name = ""] = address.split(".");
      return file.resource[type]?.[name] !== undefined;
    });
  }
  writeFileSync(path, JSON.stringify(file));
}
