import { describe, expect, test } from "vitest";
import { awsProps, hostTarget, managedTarget, uriSecretArn } from "../helpers/aws/cases.js";
import { synthAwsProps, synthAwsText } from "../helpers/aws/golden.js";
import { resourcesOf } from "../helpers/docker-target.js";

const adminArn = "arn:aws:secretsmanager:eu-central-1:123456789012:secret:admin-AbCdEf";
const withAdmin = managedTarget({ secretArns: { MLFLOW_AUTH_ADMIN_PASSWORD: adminArn } });

describe("a secret that is made", () => {
  const file = synthAwsProps(awsProps(), managedTarget());

  test("is made up by AWS, and only written", () => {
    const versions = Object.values(resourcesOf(file, "aws_secretsmanager_secret_version"));
    expect(versions.length).toBe(
      Object.keys(resourcesOf(file, "aws_secretsmanager_secret")).length,
    );
    for (const version of versions) {
      expect(version["secret_string_wo"]).toMatch(
        /^\$\{ephemeral\.aws_secretsmanager_random_password\.[A-Z_]+\.random_password\}$/,
      );
      expect(version["secret_string_wo_version"]).toBe(1);
    }
  });

  test("is kept when the stack goes, unless the user says so", () => {
    const lives = (text: string) => text.includes('"prevent_destroy": true');
    expect(lives(synthAwsText(awsProps(), managedTarget()))).toBe(true);
    expect(lives(synthAwsText(awsProps(), managedTarget({ protect: false })))).toBe(false);
  });

  test("is not made for PostgreSQL's superuser, whom RDS looks after", () => {
    expect(JSON.stringify(file.ephemeral)).not.toContain("POSTGRES_PASSWORD");
  });
});

describe("a secret that is given", () => {
  const file = synthAwsProps(awsProps(), withAdmin);

  test("is read, and nothing is made in its place", () => {
    expect(Object.keys(file.ephemeral?.["aws_secretsmanager_random_password"] ?? {})).not.toContain(
      "MLFLOW_AUTH_ADMIN_PASSWORD",
    );
    expect(file.output["admin_password_secret"]).toMatchObject({ value: adminArn });
  });

  test("is in the task definition and in the execution role's policy", () => {
    const tasks = JSON.stringify(resourcesOf(file, "aws_ecs_task_definition"));
    const policies = JSON.stringify(resourcesOf(file, "aws_iam_role_policy"));
    expect(tasks).toContain(adminArn);
    expect(policies).toContain(adminArn);
    expect(policies).toContain(
      JSON.stringify({ "kms:EncryptionContext:SecretARN": [adminArn] })
        .slice(1, -1)
        .replaceAll('"', String.raw`\"`),
    );
  });
});

test("a database of the user's has its URI in a secret, and none of RDS's", () => {
  const secretArns = { MLFLOW_BACKEND_STORE_URI: uriSecretArn };
  const target = managedTarget({ secretArns, egress: "nat" });
  const file = synthAwsProps(awsProps({ backendStore: { kind: "external" } }), target);
  expect(resourcesOf(file, "aws_db_instance")).toStrictEqual({});
  const tasks = JSON.stringify(resourcesOf(file, "aws_ecs_task_definition"));
  expect(tasks).toContain(uriSecretArn);
  expect(tasks).not.toContain("PGPASSWORD");
});

// A load balancer lets others in, and asks for a login; an instance without one is reached by SSM.
test("without a login there is no password for one", () => {
  const file = synthAwsProps(awsProps({ trackingServer: { login: false } }), hostTarget());
  expect(JSON.stringify(resourcesOf(file, "aws_secretsmanager_secret"))).not.toContain("ADMIN");
  expect(file.output).not.toHaveProperty("admin_password_secret");
});
