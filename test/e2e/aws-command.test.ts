import {
  DeleteDBSnapshotCommand,
  DescribeDBSnapshotsCommand,
  RDSClient,
} from "@aws-sdk/client-rds";
import { GetSecretValueCommand, SecretsManagerClient } from "@aws-sdk/client-secrets-manager";
import {
  DeleteBucketPolicyCommand,
  GetBucketPolicyCommand,
  GetBucketVersioningCommand,
  PutBucketPolicyCommand,
  PutObjectCommand,
  S3Client,
} from "@aws-sdk/client-s3";
import { appendFileSync, cpSync, existsSync, readFileSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { ecsThatWorks } from "../helpers/aws/ecs-that-works.js";
import { startMotoProxy, type MotoProxy, type ProxyHooks } from "../helpers/aws/moto-proxy.js";
import { startMoto, type Moto } from "../helpers/aws/moto.js";
import { startMlstack, temporaryFolder } from "../helpers/e2e/mlstack.js";
import { describeWithProvider } from "../helpers/e2e/provider.js";

const sample = resolve(import.meta.dirname, "../../constructs/aws/golden/managed/cdk.tf.json");

/** What moto forgets, and the provider therefore sets again with every apply. */
const forgotten: readonly (readonly [line: RegExp, reason: string])[] = [
  [/^parameter: \+ .*"rds\.force_ssl"/, "moto keeps no parameters of a group"],
  [/^description: null -> /, "moto keeps no description of a rule"],
  [/^availability_zone_rebalancing: "" -> "DISABLED"/, "moto does not know it"],
  [/^health_check_grace_period_seconds: 0 -> 180/, "moto does not keep it"],
];

/** With Ubuntu's parameter, which moto does not have, and takes from nobody. */
function withImageOfInstances(): ProxyHooks {
  const working = ecsThatWorks();
  const instead: ProxyHooks["instead"] = (exchange) => {
    const { operation, request } = exchange;
    if (operation !== "GetParameter") return working.instead?.(exchange);
    const Parameter = { Name: request["Name"], Type: "String", Value: "ami-0123456789abcdef0" };
    return { status: 200, body: { Parameter: { ...Parameter, Version: 1 } } };
  };
  return { ...working, instead };
}

// Each test continues where the one before it ended, as a user does; one failure fails the rest.
// Of AWS everything is moto's answer but what `ecsThatWorks` says: no image is built and pushed, and
// no container runs.
describeWithProvider("mlstack and its stack aws, against moto", sample, () => {
  let moto: Moto;
  let proxy: MotoProxy;
  const out = temporaryFolder("aws-command");
  const bucket = "team-models-0815";
  const given = ["--region", "eu-central-1", "--bucket", `${bucket}/team`, "--name", "team"];
  const tries = async (verb: string, ...words: string[]) => {
    const all = [verb, "aws", "--out", out, ...words];
    const { exitCode, all: text } = await startMlstack(all, proxy.environment);
    return { exitCode, text: String(text) };
  };
  const does = async (verb: string, ...words: string[]): Promise<string> => {
    const { exitCode, text } = await tries(verb, ...words);
    if (exitCode !== 0) throw new Error(`${verb} ended with ${exitCode}:\n${text}`);
    return text;
  };
  const region = "eu-central-1";
  const credentials = { accessKeyId: "testing", secretAccessKey: "testing" };
  const client = () => ({ region, credentials, endpoint: moto.endpoint });

  const leftTypes = (): readonly string[] => {
    const state = readFileSync(join(out, "terraform.tfstate"), "utf8");
    const { resources } = JSON.parse(state) as { resources: { mode: string; type: string }[] };
    return resources.filter(({ mode }) => mode === "managed").map(({ type }) => type);
  };

  beforeAll(async () => {
    moto = await startMoto();
    proxy = await startMotoProxy(moto, ecsThatWorks());
  }, 120_000);
  afterAll(async () => {
    proxy?.stop();
    await moto?.stop();
  });

  test("without credentials it says how to get some, and leaves nothing", async () => {
    const folder = join(out, "none");
    const none = { AWS_ACCESS_KEY_ID: "", AWS_SECRET_ACCESS_KEY: "", AWS_PROFILE: "" };
    const words = ["plan", "aws", "--out", folder, ...given];
    const { exitCode, all } = await startMlstack(words, { ...proxy.environment, ...none });
    expect(exitCode).toBe(2);
    expect(all).toMatch(/^AWS credentials: must be there, .*aws sso login/m);
    expect(all).not.toMatch(/\n\s+at /);
    expect(existsSync(folder)).toBe(false);
  }, 120_000);

  test("plan shows the price before the list, and keeps nothing", async () => {
    const { exitCode, text } = await tries("plan", ...given, "--check");
    expect(exitCode).toBe(1);
    expect(text.indexOf("about $83.51 a month")).toBeGreaterThan(0);
    expect(text.indexOf("about $83.51")).toBeLessThan(text.indexOf("Planned: "));
    expect(text).toMatch(/ {2}backend-store\n(.*\n)*? {4}\+ make database\n/);
    expect(existsSync(join(out, "mlstack.env"))).toBe(false);
  }, 180_000);

  test("deploy asks for the price where somebody can be asked", async () => {
    const { exitCode, text } = await tries("deploy", ...given);
    expect(exitCode).toBe(2);
    expect(text).toMatch(/--yes: must be given .* about \$83\.51 a month/);
  }, 180_000);

  test("deploy makes everything and says how to get in", async () => {
    const text = await does("deploy", ...given, "--yes");
    expect(text).toMatch(/MLflow answers at http:\/\/.*elb/);
    expect(text).toMatch(/reached from the VPC alone/);
    expect(text).toMatch(/bucket {5}s3:\/\/team-models-0815\/team/);
    expect(text).toMatch(/bootstrap aws --region eu-central-1/);
    const [, id = ""] = /--secret-id (\S+)/.exec(text) ?? [];
    const secrets = new SecretsManagerClient(client());
    const answer = await secrets.send(new GetSecretValueCommand({ SecretId: id }));
    const { SecretString: password = "" } = answer;
    expect(password).toHaveLength(32);
    const files = ["terraform.tfstate", "mlstack.env", "client.env", "client.ps1"];
    for (const name of files) {
      expect(readFileSync(join(out, name), "utf8")).not.toContain(password);
    }
    expect(text).not.toContain(password);
    expect(readFileSync(join(out, "client.env"), "utf8")).toMatch(/^MLFLOW_TRACKING_URI=http:/m);
  }, 600_000);

  test("the next plan needs no flag and finds nothing", async () => {
    const text = (await does("plan")).split("Planned: ")[1] ?? "";
    const details = [...text.matchAll(/^ {8}(\w+: .*)$/gm)].map(([, line = ""]) => line);
    const isMotos = (line: string) => forgotten.some(([known]) => known.test(line));
    expect(details.filter((line) => !isMotos(line))).toEqual([]);
    // Every change has such a line, and none is anything but a change.
    const changes = [...text.matchAll(/^ {4}(\S+ \S+) .*$/gm)].map(([, verb]) => verb);
    expect(new Set(changes)).toEqual(new Set(["~ change"]));
    expect(details.length).toBeGreaterThanOrEqual(changes.length);
  }, 180_000);

  test("deploy again changes nothing, and the price is asked no more", async () => {
    const text = await does("deploy");
    expect(text).not.toMatch(/a month|bootstrap/);
    expect(text).toMatch(/MLflow answers at/);
  }, 180_000);

  test("output gives the client's variables", async () => {
    const values = JSON.parse(await does("output", "--json")) as Record<string, unknown>;
    expect(values).toMatchObject({
      region,
      artifact_bucket: bucket,
      tracking_username: "admin",
      client: { MLFLOW_TRACKING_URI: values["tracking_uri"], MLFLOW_TRACKING_USERNAME: "admin" },
    });
    expect(await does("output")).toMatch(/^MLFLOW_TRACKING_URI=http:/m);
  }, 120_000);

  test("what would lose the data is refused, and shown by plan", async () => {
    const file = join(out, "terraform.tfstate");
    const before = readFileSync(file, "utf8");
    const settings = readFileSync(join(out, "mlstack.env"), "utf8");
    proxy.clear(withImageOfInstances());
    const refused: readonly (readonly [words: string[], said: RegExp])[] = [
      [
        ["--name", "other"],
        /^MLSTACK_NAME: must stay "team", .* got "other"; nothing was touched/m,
      ],
      [["--region", "eu-west-1"], /^MLSTACK_AWS_REGION: must stay "eu-central-1", .*"eu-west-1"/m],
      // The bucket is the same in either shape.
      [["--shape", "host"], /^MLSTACK_AWS_PROTECT: is on, (?!.*bucket).*database team/m],
      [["--bucket", "another"], /^MLSTACK_AWS_PROTECT: is on, .*artifact-store: bucket;/m],
    ];
    for (const [words, said] of refused) {
      for (const verb of ["plan", "deploy"]) {
        const { exitCode, text } = await tries(
          verb,
          ...words,
          ...(verb === "deploy" ? ["--yes"] : []),
        );
        expect(text).toMatch(said);
        expect(exitCode).toBe(2);
      }
    }
    const destroy = await tries("destroy", "--region", "eu-west-1", "--delete-data", "--yes");
    expect(destroy.text).toMatch(/^MLSTACK_AWS_REGION: must stay/m);
    const off = ["--shape", "host", "--set", "MLSTACK_AWS_PROTECT=false", "--yes"];
    expect((await tries("deploy", ...off)).text).toMatch(/PROTECT: was on in the last deploy,/);
    proxy.clear();
    expect(readFileSync(file, "utf8")).toBe(before);
    expect(readFileSync(join(out, "mlstack.env"), "utf8")).toBe(settings);
  }, 600_000);

  test("data that is gone does not begin empty, be it with --yes", async () => {
    const gone = "<ErrorResponse><Error><Code>DBInstanceNotFound</Code></Error></ErrorResponse>";
    const working = ecsThatWorks();
    proxy.clear({
      ...working,
      instead: (exchange) =>
        exchange.operation === "DescribeDBInstances"
          ? { status: 404, body: gone }
          : working.instead?.(exchange),
    });
    const { exitCode, text } = await tries("deploy", "--yes");
    proxy.clear();
    expect(text).toMatch(/^--new-volume: must name what may begin empty: database team would/m);
    expect(text).toMatch(/deploy aws --out \S+ --new-volume database$/m);
    expect(exitCode).toBe(2);
  }, 180_000);

  test("a bucket that is made no more stays as it is, and the stack forgets it", async () => {
    const folder = temporaryFolder("aws-command-forget");
    cpSync(out, folder, { recursive: true });
    const words = ["deploy", "aws", "--out", folder, "--set", "MLSTACK_AWS_CREATE_BUCKET=false"];
    const { exitCode, all } = await startMlstack(words, proxy.environment);
    expect(all).toMatch(/= keep, unused: bucket$/m);
    expect(exitCode).toBe(0);
    expect(readFileSync(join(folder, "terraform.tfstate"), "utf8")).not.toContain("aws_s3_bucket");
    const s3 = new S3Client({ ...client(), forcePathStyle: true });
    const { Status } = await s3.send(new GetBucketVersioningCommand({ Bucket: bucket }));
    expect(Status).toBe("Enabled");
    const { Policy } = await s3.send(new GetBucketPolicyCommand({ Bucket: bucket }));
    expect(Policy).toContain("TlsOnly");
  }, 300_000);

  test("destroy refuses while it is protected, naming what holds data and the way", async () => {
    const before = readFileSync(join(out, "terraform.tfstate"), "utf8");
    const { exitCode, text } = await tries("destroy", "--delete-data", "--yes");
    expect(exitCode).toBe(2);
    const said = /^MLSTACK_AWS_PROTECT: is on, .*$/m.exec(text)?.[0] ?? text;
    for (const name of ["database team", `bucket ${bucket}`, "secret mlflow-stacks/team", "key "]) {
      expect(said).toContain(name);
    }
    expect(said).toContain(`deploy aws --out ${out} --set MLSTACK_AWS_PROTECT=false`);
    expect(readFileSync(join(out, "terraform.tfstate"), "utf8")).toBe(before);
    // A setting is not enough: what AWS guards was deployed with another.
    const settings = readFileSync(join(out, "mlstack.env"), "utf8");
    appendFileSync(join(out, "mlstack.env"), "MLSTACK_AWS_PROTECT=false\n");
    const other = await tries("destroy", "--delete-data", "--yes");
    writeFileSync(join(out, "mlstack.env"), settings);
    expect(other.exitCode).toBe(2);
    expect(other.text).toMatch(/was on in the last deploy, and AWS still guards .*database team/);
  }, 180_000);

  test("without protection it wants --delete-data", async () => {
    await does("deploy", "--set", "MLSTACK_AWS_PROTECT=false", "--yes");
    const { exitCode, text } = await tries("destroy", "--yes");
    expect(exitCode).toBe(2);
    expect(text).toMatch(/^--delete-data: must be given, .*RDS takes the snapshot team-final-/m);
  }, 300_000);

  test("then everything goes but a bucket with objects, which keeps its rules", async () => {
    const s3 = new S3Client({ ...client(), forcePathStyle: true });
    // The bucket takes nothing over plain HTTP, which is all that moto speaks.
    const { Policy } = await s3.send(new GetBucketPolicyCommand({ Bucket: bucket }));
    await s3.send(new DeleteBucketPolicyCommand({ Bucket: bucket }));
    await s3.send(new PutObjectCommand({ Bucket: bucket, Key: "team/0/a.txt", Body: "kept" }));
    await s3.send(new PutBucketPolicyCommand({ Bucket: bucket, Policy }));
    const text = await does("destroy", "--delete-data", "--yes");
    expect(text).toContain(`Kept: bucket ${bucket}, which has objects.`);
    expect(text).toMatch(/Kept: snapshot team-final-\w+ of the database/);
    expect(text).toMatch(/Kept: key \S+, without which snapshots can't be read/);
    expect(leftTypes().every((type) => /^aws_(s3_bucket|kms_)/.test(type))).toBe(true);
    for (const type of ["aws_s3_bucket_policy", "aws_kms_key", "aws_kms_alias"]) {
      expect(leftTypes()).toContain(type);
    }
  }, 300_000);

  test("the key goes when nobody needs it to read a snapshot, and no sooner", async () => {
    const before = leftTypes();
    expect(await does("destroy", "--delete-data", "--yes")).toContain("Kept: key ");
    expect(leftTypes()).toStrictEqual(before);
    const rds = new RDSClient(client());
    const { DBSnapshots = [] } = await rds.send(new DescribeDBSnapshotsCommand({}));
    for (const { DBSnapshotIdentifier } of DBSnapshots) {
      await rds.send(new DeleteDBSnapshotCommand({ DBSnapshotIdentifier }));
    }
    const text = await does("destroy", "--delete-data", "--yes");
    expect(text).toMatch(/aws kms cancel-key-deletion --key-id \S+ && aws kms enable-key/);
    expect(leftTypes().every((type) => type.startsWith("aws_s3_bucket"))).toBe(true);
  }, 300_000);
});
