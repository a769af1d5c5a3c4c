import { TerraformResource } from "cdktf";
import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { stripVTControlCharacters } from "node:util";
import { afterAll, describe, expect, test } from "vitest";
import { credentialProblem, permissionAdvice } from "../../stacks/aws/credentials.js";
import { dataIn, requireDestroyable } from "../../stacks/aws/data.js";
import { destroyAws } from "../../stacks/aws/destroy.js";
import { halfMade } from "../../stacks/aws/half-made.js";
import { outputAws } from "../../stacks/aws/output.js";
import { hasServer } from "../../stacks/aws/lost.js";
import { passwordCommand, tunnelCommand, type AwsOutputValues } from "../../stacks/aws/outputs.js";
import { insideLines } from "../../stacks/aws/plan.js";
import { awsPlanLines, describeAwsPlan } from "../../stacks/aws/plan-words.js";
import { priceChange } from "../../stacks/aws/price-change.js";
import type { AwsProof } from "../../stacks/aws/prove.js";
import { awsReportLines } from "../../stacks/aws/report.js";
import { awsNames, type AwsNames } from "../../stacks/aws/resource-names.js";
import { readAwsSettings } from "../../stacks/aws/settings.js";
import { synthesiseAws } from "../../stacks/aws/synth.js";
import { TerraformError } from "../../stacks/terraform/failure.js";
import type { Plan } from "../../stacks/terraform/plan.js";
import type { State } from "../../stacks/terraform/state.js";
import type { AwsTarget } from "../../constructs/aws/aws-target.js";
import type { AwsOptions } from "../../stacks/aws/options.js";
import { messageOf } from "../helpers/deployments.js";

const out = mkdtempSync(join(tmpdir(), "mlstack-aws-words-"));
afterAll(() => rmSync(out, { recursive: true, force: true }));

const settings = (more: AwsOptions = {}) =>
  readAwsSettings({ out, region: "eu-central-1", bucket: "team-models/a", name: "team", ...more });

describe("credentials", () => {
  test.each([
    ["Error: No valid credential sources found", /must be there, and none were found; log in/],
    ["operation error STS: ExpiredToken: The security token", /have expired; log in/],
    [
      "api error InvalidClientTokenId: The security token",
      /are refused by AWS .* region is not en/,
    ],
    ["failed to get shared config profile, nobody", /name a profile that is not there/],
  ])("%s", (said, words) => {
    const problem = credentialProblem(new TerraformError(`terraform plan failed\n${said}`), {});
    expect(problem?.message).toMatch(/^AWS credentials: /);
    expect(problem?.message).toMatch(words);
    expect(problem?.message.split("\n").slice(1)).toEqual(["  terraform plan failed", `  ${said}`]);
  });

  test.each([
    ["AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"],
    ["AWS_SECRET_ACCESS_KEY", "AWS_ACCESS_KEY_ID"],
  ])("of which only %s is set", (there, missing) => {
    const failure = new TerraformError("terraform plan failed\nNo valid credential sources found");
    const of = (env: Record<string, string>) => credentialProblem(failure, env)?.message;
    const words = `only one is set in this shell, ${there}; set ${missing} as well`;
    expect(of({ [there]: "cAnArY" })).toContain(words);
    expect(of({ [there]: "cAnArY" })).not.toContain("cAnArY");
    expect(of({ [there]: "a", [missing]: "b" })).toContain("none were found");
    expect(of({})).toContain("none were found");
  });

  test("that expire in the middle of an apply leave the list of what failed", () => {
    const said = "database (aws_db_instance.x): ExpiredToken: The security token";
    const failure = new TerraformError(`terraform apply failed\n${said}`);
    expect(credentialProblem(failure)).toBeUndefined();
    expect(permissionAdvice(said)).toMatch(
      /^Your AWS credentials have expired; log in .* goes on\.$/,
    );
  });

  test("an advice that is the problem itself is said once", () => {
    const said = "No valid credential sources found";
    const message = `terraform plan failed\n${said}\n${permissionAdvice(said)}`;
    const problem = credentialProblem(new TerraformError(message), {});
    expect(problem?.message.match(/none were found/g)).toHaveLength(1);
  });

  test("of anything else nothing is made up", () => {
    expect(credentialProblem(new TerraformError("terraform apply failed\nquota"))).toBeUndefined();
    expect(credentialProblem(new Error("No valid credential sources found"))).toBeUndefined();
    expect(permissionAdvice("quota")).toBeUndefined();
  });

  test("a permission that is missing is named", () => {
    const said = "User: arn:aws:iam::1:user/ann is not authorized to perform: rds:CreateDBInstance";
    expect(permissionAdvice(said)).toMatch(/lack "rds:CreateDBInstance"/);
    expect(permissionAdvice("api error BucketAlreadyExists: taken")).toMatch(/--bucket/);
  });
});

const resource = (type: string, values: Record<string, unknown>, address = `${type}.x`) => ({
  address,
  mode: "managed",
  type,
  name: "x",
  values,
  tainted: false,
});

const state = (guarded: boolean): State => ({
  resources: [
    resource("aws_db_instance", {
      identifier: "team",
      deletion_protection: guarded,
      final_snapshot_identifier: "team-final-1234",
    }),
    resource("aws_lb", { name: "team", enable_deletion_protection: guarded }),
    resource("aws_s3_bucket", { bucket: "team-models" }, "aws_s3_bucket.mlflow_artifact-store_1"),
    resource("aws_s3_bucket", { bucket: "team-files" }, "aws_s3_bucket.mlflow_files_1"),
    resource("aws_secretsmanager_secret", { name: "mlflow-stacks/team/A" }),
    resource("aws_kms_key", { key_id: "abcd" }),
    resource("aws_vpc", {}),
  ],
});

describe("what may be destroyed", () => {
  const refusal = (guarded: boolean, protect: boolean, deleteData: boolean) =>
    messageOf(() => {
      const set = [`MLSTACK_AWS_PROTECT=${protect}`];
      requireDestroyable(dataIn(state(guarded)), settings({ set }), { out, deleteData });
    });
  const all = "database team, bucket team-models, secret mlflow-stacks/team/A, key abcd";

  test("nothing while protection is on", () => {
    const message = refusal(true, true, true);
    expect(message).toContain(`MLSTACK_AWS_PROTECT: is on, and guards ${all}; nothing was touched`);
    expect(message).toMatch(/deploy aws --out \S+ --set MLSTACK_AWS_PROTECT=false, and then: /);
    expect(message).toMatch(/destroy aws --out \S+ --delete-data$/);
  });

  test("nothing while AWS guards it", () => {
    const message = refusal(true, false, true);
    expect(message).toContain("AWS still guards database team, load balancer team;");
  });

  test("no data without --delete-data", () => {
    const message = refusal(false, false, false);
    expect(message).toContain(`--delete-data: must be given, because these go with all`);
    expect(message).toContain(
      "secret mlflow-stacks/team/A (RDS takes the snapshot team-final-1234 before, and the key stays with it);",
    );
  });

  test("all of it otherwise", () => {
    expect(refusal(false, false, true)).toBe("(accepted)");
  });
});

const names: AwsNames = {
  partsOf: (address) => ({ part: address.split(".")[0] ?? "", what: address.split(".")[1] ?? "" }),
  nameOf: (address) => address,
  bucket: [],
};

const plan = (changes: readonly (readonly [string, string, string])[]): Plan =>
  ({
    changes: changes.map(([address, type, action]) => ({ address, type, action, name: address })),
    details: { resource_changes: [] },
  }) as unknown as Plan;

test("a deploy that made no server has not ended", () => {
  expect([undefined, state(false)].map(hasServer)).toEqual([false, false]);
  expect(hasServer({ resources: [resource("aws_ecs_service", {})] })).toBe(true);
});

test("who is let in is told with the price, where there is no name", () => {
  expect(insideLines(settings().target)[0]).toMatch(/^Reached from the VPC alone, /);
  expect(insideLines(settings({ shape: "host" }).target)[0]).toMatch(/^Reached over a tunnel /);
  const named = { ...settings().target, domain: { name: "mlflow.example.com" } };
  expect(insideLines(named as AwsTarget)).toEqual([]);
});

test("a first deploy that failed says what it costs, and both ways on", () => {
  const error = new TerraformError("terraform apply failed\nquota", [], true);
  const found = halfMade(error, "about $83.51 a month", { out, region: "eu-central-1" });
  expect(found).toMatchObject({ failures: [], interrupted: true });
  const { message } = found as TerraformError;
  expect(message).toMatch(
    /^terraform apply failed\nquota\n\n.* its part of about \$83\.51 a month/,
  );
  expect(message).toMatch(/again: .*deploy aws --out \S+$/m);
  expect(message).toMatch(/rid of it: .*--set MLSTACK_AWS_PROTECT=false$/m);
  expect(message).toMatch(/destroy aws --out \S+ --delete-data$/);
  expect(halfMade("other", "", {})).toBe("other");
});

test("a folder that nothing was deployed from is named before its settings are missed", async () => {
  const { signal } = new AbortController();
  const folder = join(out, "nobody");
  for (const verb of [
    () => outputAws("aws", { out: folder }, signal),
    () => destroyAws("aws", { out: folder }, signal),
  ]) {
    await expect(verb()).rejects.toThrow(/^--out: must be the folder .* deployed from ".*nobody"/);
  }
  expect(existsSync(folder)).toBe(false);
});

describe("a plan in words", () => {
  test("has what goes first, and marked", () => {
    const described = describeAwsPlan(
      plan([
        ["network.vpc", "aws_vpc", "create"],
        ["tracking-server.service", "aws_ecs_service", "update"],
        ["tracking-server.task", "aws_ecs_task_definition", "replace"],
        ["db-upgrade.job", "terraform_data", "replace"],
        ["host.instance", "aws_instance", "replace"],
        ["backend-store.database", "aws_db_instance", "delete"],
        ["look up.zones", "aws_availability_zones", "read"],
      ]),
      names,
    );
    expect(described.filter(({ interrupts }) => interrupts).map(({ what }) => what)).toEqual([
      "instance",
      "database",
    ]);
    expect(awsPlanLines(described).map(stripVTControlCharacters)).toEqual([
      "",
      "Planned: 1 destroyed, 1 replaced, 1 changed, 3 made",
      "  host",
      "    ± REPLACE instance",
      "  backend-store",
      "    - DESTROY database",
      "  network",
      "    + make vpc",
      "  tracking-server",
      "    ~ change service",
      "    + make anew task",
      "  db-upgrade",
      "    + make anew job",
    ]);
  });

  test("of nothing is nothing", () => {
    expect(awsPlanLines([])).toEqual([]);
  });
});

test.each(["managed", "host"])("every resource of the shape %s has its own name", (shape) => {
  const { stack } = synthesiseAws(settings({ shape }));
  const known = awsNames(stack);
  const addresses = stack.node
    .findAll()
    .filter((node) => TerraformResource.isTerraformResource(node))
    .map((node) => `${node.terraformResourceType}.${node.friendlyUniqueId}`);
  const texts = addresses.map((address) => known.nameOf(address));
  expect(texts.length).toBeGreaterThan(20);
  expect(texts.filter((text) => text.startsWith("others: "))).toEqual([]);
  expect(texts.filter((text, index) => texts.indexOf(text) !== index)).toEqual([]);
  expect(known.bucket.some((address) => address.startsWith("aws_s3_bucket."))).toBe(true);
});

const values: AwsOutputValues = {
  tracking_uri: "http://team.elb.amazonaws.com",
  tracking_username: "admin",
  region: "eu-central-1",
  artifact_bucket: "team-models",
  admin_password_secret: "arn:aws:secretsmanager:eu-central-1:1:secret:x",
};

describe("the report", () => {
  const report = (more: AwsOptions, given: AwsOutputValues, proof: AwsProof, first = true) =>
    stripVTControlCharacters(awsReportLines(settings(more), given, proof, first).join("\n"));

  test("says how the password is had, where the artifacts are and what a team does", () => {
    const text = report({}, values, { kind: "inside" });
    expect(text).toContain(
      "aws secretsmanager get-secret-value --region eu-central-1 --secret-id arn:aws:secretsmanager:eu-central-1:1:secret:x --query SecretString --output text",
    );
    expect(text).toContain("s3://team-models/a");
    expect(text).toContain("bootstrap aws --region eu-central-1");
    expect(text).toContain("it is reached from the VPC alone");
    expect(text).toContain('MLFLOW_TRACKING_URI="http://team.elb.amazonaws.com"');
  });

  test("tells of the state once, and not where it is kept elsewhere", () => {
    expect(report({}, values, { kind: "inside" }, false)).not.toContain("bootstrap");
    const state = "s3://states/a.tfstate?region=eu-central-1";
    expect(report({ state }, values, { kind: "inside" })).not.toContain("bootstrap");
  });

  test("of an instance without a domain has the session that leads to it", () => {
    const instance = { ...values, instance_id: "i-0123", tracking_uri: "http://localhost:5000" };
    expect(report({ shape: "host" }, instance, { kind: "inside" })).toContain(
      "aws ssm start-session --region eu-central-1 --target i-0123 --document-name AWS-StartPortForwardingSession --parameters portNumber=5000,localPortNumber=5000",
    );
    expect(tunnelCommand(values, 5000)).toBeUndefined();
  });

  test("of a public one says what was proven", () => {
    const domain = { domain: "ml.example.com", hostedZone: "example.com", public: true };
    expect(report(domain, values, { kind: "proven" })).toContain("a run, a metric");
    const not = { kind: "not-proven", problem: "ENOTFOUND" } as const;
    expect(report(domain, values, not)).toContain("from here  not yet: ENOTFOUND");
  });

  test("says what to write into DNS where no zone gets the name", () => {
    const certificate = "arn:aws:acm:eu-central-1:123456789012:certificate/0123";
    const mine = { domain: "ml.example.com", certificate };
    const balanced = { ...values, load_balancer: "team-1.elb.amazonaws.com" };
    const line = "CNAME ml.example.com -> team-1.elb.amazonaws.com";
    expect(report(mine, balanced, { kind: "inside" })).toContain(line);
    const zone = { domain: "ml.example.com", hostedZone: "example.com" };
    expect(report(zone, balanced, { kind: "inside" })).not.toContain("CNAME");
  });

  test("after a change of the admin's password says how to have the new one in AWS", () => {
    const domain = { domain: "ml.example.com", hostedZone: "example.com", public: true };
    expect(report(domain, values, { kind: "password-changed" })).toContain(
      "aws secretsmanager put-secret-value --region eu-central-1 --secret-id arn:aws:secretsmanager:eu-central-1:1:secret:x --secret-string",
    );
  });

  test("without a login asks for none", () => {
    const { admin_password_secret: _, ...open } = values;
    expect(passwordCommand(open)).toBeUndefined();
  });
});

describe("a price that changes", () => {
  const folder = join(out, "priced");
  const priced = (more: AwsOptions): string | undefined => {
    const options = { out: folder, ...more };
    return priceChange(readAwsSettings(options), options);
  };

  test("is told with the one of before, and one that stays is not", () => {
    expect(priced({ region: "eu-central-1", bucket: "team-models" })).toBeUndefined();
    mkdirSync(folder);
    const lines =
      "MLSTACK_AWS_REGION=eu-central-1\nMLFLOW_ARTIFACTS_DESTINATION=s3://team-models\n";
    writeFileSync(join(folder, "mlstack.env"), lines);
    expect(priced({})).toBeUndefined();
    expect(priced({ set: ["MLSTACK_AWS_LOG_DAYS=90"] })).toBeUndefined();
    const said = /^Price: about \$[\d.]+ a month; before it was about \$[\d.]+ a month$/;
    expect(priced({ shape: "host" })).toMatch(said);
  });
});
