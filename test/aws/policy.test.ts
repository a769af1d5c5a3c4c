import { expect, test } from "vitest";
import {
  artifactStatements,
  endpointPolicy,
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
