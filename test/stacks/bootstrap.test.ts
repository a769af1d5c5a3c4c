import {
  CreateBucketCommand,
  GetBucketEncryptionCommand,
  GetBucketLifecycleConfigurationCommand,
  GetBucketOwnershipControlsCommand,
  GetBucketPolicyCommand,
  GetBucketVersioningCommand,
  GetPublicAccessBlockCommand,
  PutBucketPolicyCommand,
  PutBucketVersioningCommand,
  S3Client,
} from "@aws-sdk/client-s3";
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { tlsOnlyPolicy } from "../../constructs/aws/policy.js";
import { parseStateBackend } from "../../stacks/terraform/state-backend.js";
import { motoAccount, startMoto, type Moto } from "../helpers/aws/moto.js";
import { startMotoProxy, type MotoProxy } from "../helpers/aws/moto-proxy.js";
import { builtCommand, filesIn, modeOf, valuesOf } from "./command.js";

const command = builtCommand();
const region = "eu-central-1";
const standard = `mlflow-stacks-state-${motoAccount}-${region}`;
let moto: Moto;
let proxy: MotoProxy;
let s3: S3Client;
let cwd: string;

beforeAll(async () => {
  moto = await startMoto();
  proxy = await startMotoProxy(moto);
  const credentials = { accessKeyId: "testing", secretAccessKey: "testing" };
  s3 = new S3Client({ region, credentials, endpoint: moto.endpoint });
}, 120_000);
afterAll(async () => {
  proxy.stop();
  await moto.stop();
});
beforeEach(() => {
  cwd = command.folder();
  proxy.clear();
});

const bootstrap = (words: readonly string[] = [], environment: Record<string, string> = {}) =>
  command.run(["bootstrap", "aws", ...words], {
    cwd,
    env: { ...proxy.environment, ...environment },
  });

const settings = () => join(cwd, "mlflow", "aws", "mlstack.env");

const createBucket = (Bucket: string) =>
  s3.send(
    new CreateBucketCommand({ Bucket, CreateBucketConfiguration: { LocationConstraint: region } }),
  );

const puts = () => proxy.operations().filter((name) => name.startsWith("PUT"));

/** Everything that the bucket of the state must have, read back. */
async function read(Bucket: string) {
  const [access, ownership, encryption, versioning, policy, lifecycle] = await Promise.all([
    s3.send(new GetPublicAccessBlockCommand({ Bucket })),
    s3.send(new GetBucketOwnershipControlsCommand({ Bucket })),
    s3.send(new GetBucketEncryptionCommand({ Bucket })),
    s3.send(new GetBucketVersioningCommand({ Bucket })),
    s3.send(new GetBucketPolicyCommand({ Bucket })),
    s3.send(new GetBucketLifecycleConfigurationCommand({ Bucket })),
  ]);
  return {
    access: access.PublicAccessBlockConfiguration,
    ownership: ownership.OwnershipControls?.Rules?.[0]?.ObjectOwnership,
    encryption:
      encryption.ServerSideEncryptionConfiguration?.Rules?.[0]?.ApplyServerSideEncryptionByDefault
        ?.SSEAlgorithm,
    versioning: versioning.Status,
    policy: policy.Policy,
    lifecycle: lifecycle.Rules?.map((rule) => [
      rule.NoncurrentVersionExpiration?.NoncurrentDays,
      rule.AbortIncompleteMultipartUpload?.DaysAfterInitiation,
    ]),
  };
}

const complete = (bucket: string) => ({
  access: {
    BlockPublicAcls: true,
    BlockPublicPolicy: true,
    IgnorePublicAcls: true,
    RestrictPublicBuckets: true,
  },
  ownership: "BucketOwnerEnforced",
  encryption: "AES256",
  versioning: "Enabled",
  policy: tlsOnlyPolicy(bucket),
  lifecycle: [
    [365, undefined],
    [undefined, 7],
  ],
});

describe("the bucket of the state", () => {
  test("is made, closed, and named in the settings", async () => {
    const { exitCode, stdout, stderr } = await bootstrap(["--yes"]);
    expect(stderr).toBe("");
    expect(exitCode).toBe(0);
    expect(await read(standard)).toStrictEqual(complete(standard));
    expect(stdout).toContain(`Made the bucket ${standard}`);
    expect(stdout).toMatch(/Next: .*plan aws --region eu-central-1 --bucket …$/m);
    const state = valuesOf(settings())["MLSTACK_STATE"];
    expect(state).toBe(`s3://${standard}/mlflow-aws.tfstate?region=${region}`);
    expect(parseStateBackend(state)).toMatchObject({ kind: "s3", encrypt: true });
    expect(modeOf(settings())).toBe("600");
  });

  test("is left as it is by a second run, which asks nothing", async () => {
    await bootstrap(["--yes"]);
    const before = filesIn(cwd);
    proxy.clear();
    const { exitCode, stdout } = await bootstrap();
    expect(exitCode).toBe(0);
    expect(stdout).toContain("is there, and as it should be");
    expect(stdout).toContain("names it already");
    expect(puts()).toStrictEqual([]);
    expect(filesIn(cwd)).toStrictEqual(before);
  });

  test("has a state of its own for each deployment", async () => {
    const keyOf = (folder: string) =>
      parseStateBackend(valuesOf(join(cwd, folder, "mlstack.env"))["MLSTACK_STATE"]);
    const named = (folder: string) => {
      mkdirSync(join(cwd, folder), { recursive: true });
      writeFileSync(join(cwd, folder, "mlstack.env"), "MLSTACK_NAME=prod\n");
    };
    named("mlflow/aws");
    named("named here");
    const folders = { "mlflow/aws": "prod", "named here": "prod/named-here" };
    const others = { "mlflow/staging": "mlflow-aws/staging", "other/aws": "mlflow-aws/aws" };
    for (const [folder, key] of Object.entries({ ...folders, ...others })) {
      const { exitCode } = await bootstrap(["--out", folder, "--yes"]);
      expect(exitCode).toBe(0);
      expect(keyOf(folder)).toMatchObject({ kind: "s3", key: `${key}.tfstate` });
    }
  });

  test("is set right where something is not as it should be", async () => {
    await bootstrap(["--yes"]);
    const VersioningConfiguration = { Status: "Suspended" as const };
    await s3.send(new PutBucketVersioningCommand({ Bucket: standard, VersioningConfiguration }));
    proxy.clear();
    const { stdout } = await bootstrap(["--yes"]);
    expect(stdout).toContain(`Set right in the bucket ${standard}: versioning.`);
    expect(puts()).toHaveLength(1);
    expect(await read(standard)).toStrictEqual(complete(standard));
  });

  test("is finished where a run was ended in the middle", async () => {
    await createBucket("half-made");
    const { exitCode } = await bootstrap(["--bucket", "half-made", "--yes"]);
    expect(exitCode).toBe(0);
    expect(await read("half-made")).toStrictEqual(complete("half-made"));
  });

  test("is made in the first region too, which takes no constraint", async () => {
    const { exitCode, stderr } = await bootstrap(["--region", "us-east-1", "--yes"]);
    expect(stderr).toBe("");
    expect(exitCode).toBe(0);
  });

  test("keeps a policy of its own, and is refused", async () => {
    const Bucket = "with-a-policy";
    await createBucket(Bucket);
    const Policy = tlsOnlyPolicy(Bucket).replaceAll("TlsOnly", "Ours");
    await s3.send(new PutBucketPolicyCommand({ Bucket, Policy }));
    proxy.clear();
    const { exitCode, stderr } = await bootstrap(["--bucket", Bucket, "--yes"]);
    expect(exitCode).toBe(2);
    expect(stderr).toContain('--bucket: must not have settings of its own for "TLS only"');
    expect(puts()).toStrictEqual([]);
  });
});

describe("a bucket of somebody else's", () => {
  const theirs = async (name: string): Promise<void> => {
    const made = await fetch(`${moto.endpoint}/${name}`, {
      method: "PUT",
      headers: {
        "x-moto-account-id": "111111111111",
        authorization:
          "AWS4-HMAC-SHA256 Credential=other/20260101/us-east-1/s3/aws4_request, SignedHeaders=host, Signature=0",
      },
    });
    expect(made.status).toBe(200);
  };

  test("is refused when it is looked at, as S3 answers then", async () => {
    // moto lets everybody look, and does not read ExpectedBucketOwner.
    proxy.clear({
      instead: ({ operation }) =>
        operation.startsWith("HEAD") ? { status: 403, body: "" } : undefined,
    });
    const { exitCode, stderr } = await bootstrap(["--bucket", "looked-at", "--yes"]);
    expect(exitCode).toBe(2);
    expect(stderr).toContain('--bucket: must be yours; "looked-at" is somebody else\'s');
    expect(puts()).toStrictEqual([]);
  });

  test("is refused when it was made between the look and the making", async () => {
    await theirs("taken-by-another");
    proxy.clear({
      instead: ({ operation }) =>
        operation.startsWith("HEAD") ? { status: 404, body: "" } : undefined,
    });
    const { exitCode, stderr } = await bootstrap(["--bucket", "taken-by-another", "--yes"]);
    expect(exitCode).toBe(2);
    expect(stderr).toContain("is somebody else's");
    expect(filesIn(cwd)).toStrictEqual({});
  });

  test("and one of another region are told apart", async () => {
    await createBucket("in-frankfurt");
    const words = ["--bucket", "in-frankfurt", "--region", "eu-west-1", "--yes"];
    const { exitCode, stderr } = await bootstrap(words);
    expect(exitCode).toBe(2);
    expect(stderr).toContain(`is in ${region}; use --region ${region}`);
  });
});

describe("the settings", () => {
  test("keep their other lines, and tell where the state was", async () => {
    mkdirSync(join(cwd, "mlflow", "aws"), { recursive: true });
    writeFileSync(settings(), "# mine\nMLSTACK_NAME=lab\nMLSTACK_STATE=local\nMLFLOW_PORT=5001\n");
    const { stdout } = await bootstrap(["--yes"]);
    expect(stdout).toMatch(/Next: .*plan aws --region/m);
    expect(stdout).toContain("Before it was local; the next deploy moves the state.");
    expect(filesIn(cwd)["mlflow/aws/mlstack.env"]).toBe(
      `# mine\nMLSTACK_NAME=lab\nMLSTACK_STATE='s3://${standard}/lab.tfstate?region=${region}'\nMLFLOW_PORT=5001\n`.replaceAll(
        "'",
        "",
      ),
    );
  });

  test("keep the name of a state in the same bucket", async () => {
    mkdirSync(join(cwd, "mlflow", "aws"), { recursive: true });
    const line = `MLSTACK_STATE=s3://${standard}/team/a.tfstate?region=${region}&profile=a\n`;
    writeFileSync(settings(), line);
    expect((await bootstrap(["--yes"])).exitCode).toBe(0);
    expect(filesIn(cwd)["mlflow/aws/mlstack.env"]).toBe(line);
  });
});

describe("wrong input", () => {
  const without = (...names: readonly string[]): Record<string, string> =>
    Object.fromEntries(names.map((name) => [name, ""]));

  test("is told before anything is asked of AWS, all at once", async () => {
    const words = ["bootstrap", "azure", "--bucket", "My_Bucket", "--region", "mars"];
    const { exitCode, stderr } = await command.run(words, { cwd, env: proxy.environment });
    expect(exitCode).toBe(2);
    expect(stderr.split("\n").map((line) => line.slice(0, line.indexOf(":")))).toStrictEqual([
      "target",
      "--region",
      "--bucket",
    ]);
    expect(proxy.exchanges).toStrictEqual([]);
  });

  test("is a missing answer where nobody can be asked", async () => {
    const { exitCode, stderr } = await bootstrap(["--bucket", "not-made"]);
    expect(exitCode).toBe(2);
    expect(stderr).toContain(
      `--yes: must be given where nobody can be asked: Make the bucket not-made in ${region} of the account ${motoAccount}?`,
    );
    expect(puts()).toStrictEqual([]);
  });

  test("is a region that nothing names", async () => {
    const { exitCode, stderr } = await bootstrap(["--yes"], without("AWS_REGION"));
    expect(exitCode).toBe(2);
    expect(stderr).toMatch(/^--region: must be given, because neither AWS_REGION/);
  });

  test("is not a region that only the AWS CLI's variable names", async () => {
    const environment = { ...without("AWS_REGION"), AWS_DEFAULT_REGION: region };
    expect((await bootstrap(["--yes"], environment)).exitCode).toBe(0);
  });

  test.each([
    [
      "none",
      without("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"),
      /must be there; Could not load/,
    ],
    [
      "a profile that is not there",
      { ...without("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"), AWS_PROFILE: "nobody" },
      /must be there; .*nobody/,
    ],
  ])("is credentials: %s", async (_, environment, words) => {
    const { exitCode, stderr } = await bootstrap(["--yes"], environment);
    expect(stderr).toMatch(/^AWS credentials: /);
    expect(stderr).toMatch(words);
    expect(exitCode).toBe(2);
  });

  test("is credentials that AWS does not know", async () => {
    const body =
      "<ErrorResponse><Error><Code>InvalidClientTokenId</Code><Message>invalid</Message></Error></ErrorResponse>";
    proxy.clear({ instead: () => ({ status: 403, body }) });
    const { exitCode, stderr } = await bootstrap(["--yes"]);
    expect(stderr).toMatch(/^AWS credentials: must be of an account/);
    expect(exitCode).toBe(2);
  });

  test("is not an AWS that can't be reached, which is a failure", async () => {
    const { exitCode, stderr } = await bootstrap([], { AWS_ENDPOINT_URL: "http://127.0.0.1:9" });
    expect(stderr).toContain("bootstrap aws: AWS can't be reached (ECONNREFUSED");
    expect(exitCode).toBe(1);
  });
});
