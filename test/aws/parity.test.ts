import { describe, expect, test } from "vitest";
import type { AwsShape, AwsTargetProps } from "../../constructs/aws/index.js";
import { ConfigError } from "../../constructs/mlflow/index.js";
import {
  awsProps,
  certificateArn,
  givenNetwork,
  hostTarget,
  managedTarget,
} from "../helpers/aws/cases.js";
import { synthAwsText } from "../helpers/aws/golden.js";

type OptionalField = {
  [K in keyof AwsTargetProps]-?: Record<never, never> extends Pick<AwsTargetProps, K> ? K : never;
}[keyof AwsTargetProps];

interface Row {
  /** Another value than the default. */
  readonly value: Partial<AwsTargetProps>;
  /** What it takes for the field to be of use. */
  readonly with?: Partial<AwsTargetProps>;
}

const domain = { domain: "mlflow.example.com", hostedZone: "example.com" } as const;
const publicSubnetIds = ["subnet-0123456789abcdef2", "subnet-0123456789abcdef3"];
const rds = { managed: {}, host: { hostDatabase: "rds" } } as const;

/** Each optional field of a target; a new one is an error here until it has a row. */
const rows: Readonly<Record<OptionalField, (shape: AwsShape) => Row>> = {
  architecture: () => ({ value: { architecture: "x86_64" } }),
  vpcCidr: () => ({ value: { vpcCidr: "10.80.0.0/20" } }),
  vpcId: () => ({ value: givenNetwork }),
  privateSubnetIds: () => ({
    with: givenNetwork,
    value: { privateSubnetIds: ["subnet-0123456789abcdef8", "subnet-0123456789abcdef9"] },
  }),
  publicSubnetIds: () => ({
    with: { ...givenNetwork, ...domain, public: true, publicSubnetIds },
    value: { publicSubnetIds: ["subnet-0123456789abcdef8", "subnet-0123456789abcdef9"] },
  }),
  connectedCidrs: () => ({ value: { connectedCidrs: ["10.73.1.0/24"] } }),
  egress: (shape) => ({ value: { egress: shape === "managed" ? "nat" : "public-ip" } }),
  domain: () => ({ value: domain }),
  hostedZone: () => ({
    with: { domain: "a.mlflow.example.com", hostedZone: "example.com" },
    value: { hostedZone: "mlflow.example.com" },
  }),
  certificateArn: () => ({ with: domain, value: { certificateArn } }),
  public: () => ({ with: domain, value: { public: true } }),
  allowedCidrs: () => ({ with: domain, value: { allowedCidrs: ["10.0.0.0/8"] } }),
  taskCpu: () => ({ value: { taskCpu: 512 } }),
  taskMemoryMiB: () => ({ value: { taskMemoryMiB: 2048 } }),
  taskStorageGiB: () => ({ value: { taskStorageGiB: 40 } }),
  hostDatabase: () => ({ value: { hostDatabase: "rds" } }),
  databaseClass: (shape) => ({ with: rds[shape], value: { databaseClass: "db.t4g.small" } }),
  databaseStorageGiB: (shape) => ({ with: rds[shape], value: { databaseStorageGiB: 40 } }),
  backupDays: () => ({ value: { backupDays: 14 } }),
  instanceType: () => ({ value: { instanceType: "t4g.medium" } }),
  dataVolumeGiB: () => ({ value: { dataVolumeGiB: 40 } }),
  createBucket: () => ({ value: { createBucket: false } }),
  secretArns: () => ({
    value: {
      secretArns: {
        MLFLOW_AUTH_ADMIN_PASSWORD:
          "arn:aws:secretsmanager:eu-central-1:123456789012:secret:admin-AbCdEf",
      },
    },
  }),
  logDays: (shape) => ({ with: rds[shape], value: { logDays: 60 } }),
  protect: () => ({ value: { protect: false } }),
};

/** The text, or the paths of the problems for which there is none. */
function render(target: AwsTargetProps): string | readonly string[] {
  try {
    return synthAwsText(awsProps(), target);
  } catch (error) {
    if (error instanceof ConfigError) return error.problems.map(({ path }) => path);
    throw error;
  }
}

const targets = { managed: managedTarget, host: hostTarget };

/** What a shape refuses, by the name of the field. */
const refused: Readonly<Record<AwsShape, readonly string[]>> = {
  managed: ["connectedCidrs", "hostDatabase", "instanceType", "dataVolumeGiB"],
  host: ["connectedCidrs", "taskCpu", "taskMemoryMiB", "taskStorageGiB"],
};

describe.each(["managed", "host"] as const)("in the shape %s", (shape) => {
  const fields = Object.entries(rows).map(([field, row]) => ({ field, row: row(shape) }));

  test.each(fields)("$field changes the output, or is refused by name", ({ field, row }) => {
    const before = render(targets[shape](row.with));
    const after = render(targets[shape]({ ...row.with, ...row.value }));
    expect(typeof before).toBe("string");
    if (typeof after === "string") {
      expect(refused[shape]).not.toContain(field);
      expect(after).not.toBe(before);
      return;
    }
    expect(refused[shape]).toContain(field);
    // Ranges are refused where they overlap, in the words of the one that is made.
    expect(after.join()).toMatch(
      field === "connectedCidrs" ? /target\.vpcCidr/ : `target.${field}`,
    );
  });
});
