import { beforeAll, describe, expect, test } from "vitest";
import {
  askPolicies,
  documentOf,
  secretArn,
  type PolicyAnswer,
  type PolicyQuestion,
} from "../aws/policy-questions.js";
import { blocksOf } from "../aws/view.js";
import { exampleBucket } from "../helpers/aws/cases.js";
import { awsGolden } from "../helpers/aws/golden.js";

/** A policy of a golden, by its type and a part of its name. */
function policy(golden: string, type: string, part: string) {
  const found = blocksOf(awsGolden(golden), type).filter(([address]) => address.includes(part));
  if (found.length !== 1) throw new Error(`${found.length} of ${type} ${part}`);
  return documentOf(found[0]?.[1]["policy"]);
}

const withPrefix = "managed-domain-nat-x86";
const objects = `arn:aws:s3:::${exampleBucket}`;
const everything = {
  Version: "2012-10-17",
  Statement: [{ Sid: "All", Effect: "Allow", Action: "*", Resource: "*" }],
};

const task = [policy(withPrefix, "aws_iam_role_policy", "_task-policy")];
const wholeBucket = [policy("managed", "aws_iam_role_policy", "_task-policy")];
const execution = [policy("managed", "aws_iam_role_policy", "_execution-policy")];
const instance = [policy("host-domain-rds", "aws_iam_role_policy", "host_role_policy")];
const bucket = [policy("managed", "aws_s3_bucket_policy", "artifact-store")];
const endpoint = [policy("managed", "aws_vpc_endpoint", "_s3_")];
const layers = "arn:aws:s3:::prod-eu-central-1-starport-layer-bucket/layer";

interface Row {
  readonly who: string;
  readonly allows: boolean;
  readonly question: PolicyQuestion & { readonly request: readonly [string, string] };
}

const ask =
  (who: string, policies: Omit<PolicyQuestion, "request">) =>
  (
    allows: boolean,
    action: string,
    resource: string,
    context: Readonly<Record<string, string>> = {},
  ): Row => ({ who, allows, question: { ...policies, request: [action, resource], context } });

const server = ask("the server with a prefix", { identity: task });
const alone = ask("the server with a bucket of its own", { identity: wholeBucket });
const starter = ask("who starts it", { identity: execution });
const machine = ask("an instance", { identity: instance });
const anybody = ask("anybody, by the bucket's policy", {
  identity: [everything],
  resource: bucket,
});
const passage = ask("through the VPC's endpoint", { identity: [everything], bounds: endpoint });

const viaSecrets = { "kms:ViaService": "secretsmanager.eu-central-1.amazonaws.com" };
const key = "arn:aws:kms:eu-central-1:123456789012:key/own";

const objectActions = [
  "s3:GetObject",
  "s3:PutObject",
  "s3:DeleteObject",
  "s3:AbortMultipartUpload",
  "s3:ListMultipartUploadParts",
];

const rows: readonly Row[] = [
  ...objectActions.map((action) => server(true, action, `${objects}/team/a/1/model.pkl`)),
  server(true, "s3:ListBucket", objects, { "s3:prefix": "team/a/1/" }),
  server(true, "s3:ListBucket", objects, { "s3:prefix": "team/a" }),
  server(false, "s3:ListBucket", objects, { "s3:prefix": "team/b/" }),
  server(false, "s3:ListBucket", objects, { "s3:prefix": "team/ab" }),
  server(false, "s3:ListBucket", objects, { "s3:prefix": "" }),
  server(false, "s3:ListBucket", objects),
  ...objectActions.map((action) => server(false, action, `${objects}/team/b/model.pkl`)),
  server(false, "s3:GetObject", `${objects}/team/abc`),
  server(false, "s3:GetObject", "arn:aws:s3:::another/team/a/model.pkl"),
  server(false, "s3:ListBucket", "arn:aws:s3:::another", { "s3:prefix": "team/a/" }),
  server(false, "s3:PutBucketPolicy", objects),
  server(false, "s3:DeleteBucket", objects),
  server(false, "s3:PutObjectAcl", `${objects}/team/a/x`),
  server(false, "s3:DeleteObjectVersion", `${objects}/team/a/x`),
  server(false, "secretsmanager:GetSecretValue", secretArn("MLFLOW_DB_PASSWORD")),
  server(false, "iam:PassRole", "arn:aws:iam::123456789012:role/x"),
  server(false, "sts:AssumeRole", "arn:aws:iam::123456789012:role/x"),
  alone(true, "s3:ListBucket", objects),
  alone(true, "s3:PutObject", `${objects}/anything`),
  alone(false, "s3:PutObject", "arn:aws:s3:::another/anything"),

  starter(true, "secretsmanager:GetSecretValue", secretArn("MLFLOW_DB_PASSWORD")),
  starter(true, "secretsmanager:GetSecretValue", secretArn("rds-master")),
  starter(false, "secretsmanager:GetSecretValue", secretArn("another")),
  starter(false, "secretsmanager:PutSecretValue", secretArn("MLFLOW_DB_PASSWORD")),
  starter(true, "kms:Decrypt", key, viaSecrets),
  starter(false, "kms:Decrypt", key, { "kms:ViaService": "s3.eu-central-1.amazonaws.com" }),
  starter(false, "kms:Decrypt", key),
  starter(true, "ecr:GetAuthorizationToken", "*"),
  starter(true, "ecr:BatchGetImage", "arn:aws:ecr:eu-central-1:123456789012:repository/own"),
  starter(false, "ecr:BatchGetImage", "arn:aws:ecr:eu-central-1:123456789012:repository/another"),
  starter(false, "ecr:PutImage", "arn:aws:ecr:eu-central-1:123456789012:repository/own"),
  starter(false, "s3:GetObject", `${objects}/x`),
  starter(
    true,
    "logs:PutLogEvents",
    "arn:aws:logs:eu-central-1:123456789012:log-group:/mlflow-stacks/mlflow-remote-server:log-stream:x",
  ),
  starter(false, "logs:PutLogEvents", "arn:aws:logs:eu-central-1:123456789012:log-group:/other:*"),

  machine(true, "s3:PutObject", `${objects}/team/a/x`),
  machine(false, "s3:PutObject", `${objects}/team/b/x`),
  machine(false, "s3:GetObject", "arn:aws:s3:::another/x"),
  machine(false, "secretsmanager:GetSecretValue", secretArn("another")),
  machine(false, "ssm:GetParameter", "arn:aws:ssm:eu-central-1:123456789012:parameter/x"),
  machine(false, "ssm:SendCommand", "*"),
  machine(false, "ec2:DetachVolume", "*"),
  machine(true, "ssmmessages:OpenDataChannel", "*"),

  anybody(true, "s3:GetObject", `${objects}/x`, { "aws:SecureTransport": "true" }),
  anybody(false, "s3:GetObject", `${objects}/x`, { "aws:SecureTransport": "false" }),
  anybody(false, "s3:ListBucket", objects, { "aws:SecureTransport": "false" }),

  passage(true, "s3:PutObject", `${objects}/x`),
  passage(false, "s3:PutObject", "arn:aws:s3:::another/x"),
  passage(false, "s3:GetObject", "arn:aws:s3:::another/x"),
  passage(true, "s3:GetObject", layers),
  passage(false, "s3:PutObject", layers),
];

/** Whatever the action: roles that reach nothing beside these. */
const walls: readonly (readonly [who: string, question: PolicyQuestion])[] = [
  ["the server with a prefix", { identity: task, outside: [objects, `${objects}/team/a/*`] }],
  [
    "the server with a bucket of its own",
    { identity: wholeBucket, outside: [objects, `${objects}/*`] },
  ],
  [
    "the VPC's endpoint",
    {
      identity: [everything],
      bounds: endpoint,
      outside: [objects, `${objects}/*`, `${layers.slice(0, layers.lastIndexOf("/"))}/*`],
    },
  ],
];

describe("what roles may do", () => {
  let answers: readonly PolicyAnswer[];

  beforeAll(async () => {
    const questions = [...rows.map(({ question }) => question), ...walls.map(([, each]) => each)];
    // And one that must be found, or nothing above means anything.
    answers = await askPolicies([...questions, { identity: [everything], outside: [objects] }]);
  });

  const named = rows.map(({ who, allows, question: { request, context } }, index) => ({
    name: `${who} ${allows ? "may" : "may not"} ${request.join(" ")} ${JSON.stringify(context)}`,
    allows,
    index,
  }));

  test.each(named)("$name", ({ allows, index }) => {
    expect(answers[index] !== null).toBe(allows);
  });

  test.each(walls.map(([who], index) => [who, index] as const))(
    "%s: there is no request at all to anything else",
    (_, index) => {
      expect(answers[rows.length + index]).toBeNull();
    },
  );

  test("a role that may do everything does reach something else", () => {
    expect(answers.at(-1)).not.toBeNull();
  });
});
