import { describe, expect, test } from "vitest";
import {
  artifactStatements,
  endpointPolicy,
  givenSecretStatements,
  tlsOnlyPolicy,
  trustPolicy,
  type Statement,
} from "../../constructs/aws/policy.js";

const statements = (text: string) => (JSON.parse(text) as { Statement: Statement[] }).Statement;

test("a prefix limits the objects, and what is listed", () => {
  const [objects, list] = artifactStatements("b", "team/a");
  expect(objects?.Resource).toBe("arn:aws:s3:::b/team/a/*");
  expect(list).toMatchObject({
    Resource: "arn:aws:s3:::b",
    Condition: { StringLike: { "s3:prefix": ["team/a", "team/a/*"] } },
  });
});

test("without a prefix the bucket is the server's", () => {
  const [objects, list] = artifactStatements("b", "");
  expect(objects?.Resource).toBe("arn:aws:s3:::b/*");
  expect(list).not.toHaveProperty("Condition");
});

test("a role is for what runs in this account", () => {
  const [task] = statements(trustPolicy("ecs-tasks.amazonaws.com", "123456789012"));
  expect(task?.Condition).toStrictEqual({ StringEquals: { "aws:SourceAccount": "123456789012" } });
  // EC2 does not say which account it asks for.
  const [instance] = statements(trustPolicy("ec2.amazonaws.com", "123456789012"));
  expect(instance).not.toHaveProperty("Condition");
});

test("plain HTTP and old TLS are refused for the bucket and for what is in it", () => {
  for (const { Effect, Principal, Action, Resource } of statements(tlsOnlyPolicy("b"))) {
    expect({ Effect, Principal, Action, Resource }).toStrictEqual({
      Effect: "Deny",
      Principal: "*",
      Action: "s3:*",
      Resource: ["arn:aws:s3:::b", "arn:aws:s3:::b/*"],
    });
  }
});

test("an endpoint without buckets of others' has no statement for them", () => {
  expect(statements(endpointPolicy(["b"], []))).toHaveLength(1);
  expect(statements(endpointPolicy(["b"], ["arn:aws:s3:::layers/*"]))[1]).toMatchObject({
    Action: "s3:GetObject",
    Resource: ["arn:aws:s3:::layers/*"],
  });
});

describe("secrets that are given", () => {
  const arn = (account: string, name: string) =>
    `arn:aws:secretsmanager:eu-central-1:${account}:secret:${name}-AbCdEf`;

  test("are opened under any key, by Secrets Manager alone", () => {
    const arns = [arn("123456789012", "a"), arn("210987654321", "b"), arn("210987654321", "c")];
    expect(givenSecretStatements(arns)).toMatchObject([
      {
        Action: "kms:Decrypt",
        Resource: [
          "arn:aws:kms:eu-central-1:123456789012:key/*",
          "arn:aws:kms:eu-central-1:210987654321:key/*",
        ],
        Condition: {
          StringEquals: {
            "kms:ViaService": "secretsmanager.eu-central-1.amazonaws.com",
            "kms:EncryptionContext:SecretARN": arns,
          },
        },
      },
    ]);
  });

  test("that are none open nothing", () => {
    expect(givenSecretStatements([])).toStrictEqual([]);
  });
});
