import { App } from "cdktf";
import { execa } from "execa";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import type { AwsTargetProps } from "../../constructs/aws/index.js";
import { AwsStack } from "../../stacks/aws-stack.js";
import { awsProps, managedTarget } from "../helpers/aws/cases.js";
import { awsGoldenPath, awsStackProps } from "../helpers/aws/golden.js";
import { startMoto, type Moto } from "../helpers/aws/moto.js";
import { awsProgram } from "../helpers/aws/python-tools.js";
import { withoutJobs } from "../helpers/aws/without-jobs.js";
import { temporaryFolder } from "../helpers/e2e/mlstack.js";
import { describeWithProvider } from "../helpers/e2e/provider.js";

/** A zone for the name, and a database of the user's: RDS is long in the making even in moto. */
const prepare = `
import boto3
boto3.client("route53").create_hosted_zone(Name="example.com", CallerReference="x")
print(boto3.client("secretsmanager").create_secret(Name="uri", SecretString="x")["ARN"])
`;

interface Change {
  readonly type: string;
  readonly change: { readonly actions: readonly string[] };
}

describeWithProvider("a load balancer that is replaced", awsGoldenPath("managed"), () => {
  let moto: Moto;
  const outdir = temporaryFolder("aws-replacement");
  const folder = join(outdir, "stacks", "team");

  let uri: string;

  beforeAll(async () => {
    moto = await startMoto();
    const { stdout } = await execa(await awsProgram("python"), ["-c", prepare], {
      env: { ...moto.environment, AWS_DEFAULT_REGION: "eu-central-1" },
    });
    uri = stdout;
  });
  afterAll(() => moto.stop());

  async function terraform(...words: string[]): Promise<string> {
    const result = await execa("terraform", [`-chdir=${folder}`, ...words], {
      env: { ...moto.environment, TF_IN_AUTOMATION: "1", CHECKPOINT_DISABLE: "1" },
      reject: false,
      all: true,
    });
    expect(result.exitCode, result.all).toBe(0);
    return result.stdout;
  }

  /** @returns what Terraform says that it does, a line each, and what it planned by type */
  async function deploy(target: Partial<AwsTargetProps>) {
    const app = new App({ outdir, skipValidation: true });
    const inside = managedTarget({
      protect: false,
      egress: "nat",
      secretArns: { MLFLOW_BACKEND_STORE_URI: uri },
    });
    const props = awsProps({ backendStore: { kind: "external" } });
    new AwsStack(app, "team", {
      ...awsStackProps(props, { ...inside, ...target }),
      provider: { s3UsePathStyle: true, maxRetries: 2 },
    });
    app.synth();
    withoutJobs(folder);
    await terraform("init", "-input=false", "-no-color");
    await terraform("plan", "-input=false", "-no-color", "-out=the.plan");
    const plan = JSON.parse(await terraform("show", "-json", "the.plan")) as {
      resource_changes: readonly Change[];
    };
    const said = await terraform("apply", "-input=false", "-no-color", "the.plan");
    const actions = (type: string) =>
      plan.resource_changes
        .filter((each) => each.type === type)
        .map(({ change }) => change.actions.join(", "));
    return { lines: said.split("\n"), actions };
  }

  const domain = { domain: "mlflow.example.com", hostedZone: "example.com" } as const;

  test("is made before the old one goes, in both directions, and the service stays", async () => {
    await deploy({});
    for (const target of [{ ...domain, public: true }, {}]) {
      const { lines, actions } = await deploy(target);
      expect(actions("aws_lb")).toEqual(["create, delete"]);
      expect(actions("aws_lb_target_group")).toEqual(["no-op"]);
      expect(actions("aws_ecs_service").join()).toMatch(/^(no-op|update)$/);
      // A target group is of one load balancer: none of the old listeners has it any more.
      const made = lines.findIndex((line) => /^aws_lb_listener\..*: Creating/.test(line));
      const gone = lines.findLastIndex((line) =>
        /^aws_lb_listener\..*: Destruction complete/.test(line),
      );
      expect(gone).toBeGreaterThan(-1);
      expect(made).toBeGreaterThan(gone);
      const balancer = lines.findIndex((line) => /^aws_lb\..*: Creation complete/.test(line));
      const old = lines.findIndex((line) => /^aws_lb\..*deposed.*: Destroying/.test(line));
      expect(balancer).toBeGreaterThan(-1);
      expect(old).toBeGreaterThan(balancer);
    }
  });
});
