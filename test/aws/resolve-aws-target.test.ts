import { expect, test } from "vitest";
import { priceTable } from "../../constructs/aws/price-table.js";
import { awsProps, hostTarget, managedTarget, uriSecretArn } from "../helpers/aws/cases.js";
import { awsStackProps } from "../helpers/aws/golden.js";
import { hostRefusal, managedRefusal } from "../helpers/aws/refusal.js";

const notIn = (shape: string) => `must not be given with target.shape "${shape}", which has none`;
const whole = (from: number, to: number, got: number) =>
  `must be a whole number from ${from} to ${to}; got "${got}"`;
const admin = "target.secretArns.MLFLOW_AUTH_ADMIN_PASSWORD";
const otherRegion = "arn:aws:secretsmanager:us-east-1:123456789012:secret:x";
const withoutEnding = "arn:aws:secretsmanager:eu-central-1:123456789012:secret:mlflow/admin";

test.each<[object, string, object?]>([
  [{ shape: "ecs" }, 'target.shape: must be "managed" or "host"; got "ecs"'],
  [
    { region: "cn-north-1" },
    'target.region: must be a region of the partition "aws"; got "cn-north-1"',
  ],
  [
    { region: "us-gov-west-1" },
    'target.region: must be a region of the partition "aws"; got "us-gov-west-1"',
  ],
  [
    { region: "eu-central-1a" },
    'target.region: must be a region and not a zone; got "eu-central-1a"; use "eu-central-1"',
  ],
  [
    { region: "frankfurt" },
    'target.region: must be a region such as "eu-central-1"; got "frankfurt"',
  ],
  [{ architecture: "arm" }, 'target.architecture: must be "arm64" or "x86_64"; got "arm"'],
  [{ taskCpu: 300 }, 'target.taskCpu: must be 256 or 512 or 1024 or 2048 or 4096; got "300"'],
  [
    { taskMemoryMiB: 4096 },
    'target.taskMemoryMiB: must be one of 512, 1024, 2048 with target.taskCpu 256; got "4096"',
  ],
  [
    { taskMemoryMiB: 512 },
    'target.taskMemoryMiB: must be 716 or more for trackingServer.workers 2; got "512"',
    { trackingServer: { workers: 2 } },
  ],
  [{ taskStorageGiB: 20 }, `target.taskStorageGiB: ${whole(21, 200, 20)}`],
  [{ databaseStorageGiB: 10 }, `target.databaseStorageGiB: ${whole(20, 65_536, 10)}`],
  [{ backupDays: 6 }, `target.backupDays: ${whole(7, 35, 6)}`],
  [{ backupDays: 7.5 }, `target.backupDays: ${whole(7, 35, 7.5)}`],
  [
    { databaseClass: "t4g.micro" },
    'target.databaseClass: must be a class of RDS for PostgreSQL 18 such as "db.t4g.micro" or "db.m7g.large"; got "t4g.micro"',
  ],
  [
    { logDays: 31 },
    'target.logDays: must be one of 1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731, 1096, 1827, 3653; got "31"',
  ],
  [
    { hostDatabase: "rds", instanceType: "t4g.small", dataVolumeGiB: 20 },
    ["hostDatabase", "instanceType", "dataVolumeGiB"]
      .map((field) => `target.${field}: ${notIn("managed")}`)
      .join("\n"),
  ],
  [
    { secretArns: { MLFLOW_ADMIN: uriSecretArn } },
    "target.secretArns.MLFLOW_ADMIN: is not the name of a secret",
  ],
  [
    { secretArns: { MLFLOW_AUTH_ADMIN_PASSWORD: otherRegion } },
    `${admin}: must be the ARN of a secret of Secrets Manager in "eu-central-1"; got "${otherRegion}"`,
  ],
  [
    { secretArns: { MLFLOW_AUTH_ADMIN_PASSWORD: withoutEnding } },
    `${admin}: must be the whole ARN, with the "-" and six characters that AWS ends it with; got "${withoutEnding}"; use what "aws secretsmanager describe-secret" prints`,
  ],
])("managed refuses %j", (target, message, props) => {
  expect(managedRefusal(target, props)).toBe(message);
});

test.each<[object, string]>([
  [
    { instanceType: "t3.small" },
    'target.instanceType: must be of target.architecture "arm64"; got "t3.small", which is x86_64; use "t4g.small", or target.architecture "x86_64"',
  ],
  [
    { architecture: "x86_64", instanceType: "c6gn.large" },
    'target.instanceType: must be of target.architecture "x86_64"; got "c6gn.large", which is arm64; use "t3.small", or target.architecture "arm64"',
  ],
  [
    { instanceType: "small" },
    'target.instanceType: must be a type of EC2 such as "t4g.small"; got "small"',
  ],
  [{ dataVolumeGiB: 7 }, `target.dataVolumeGiB: ${whole(8, 16_384, 7)}`],
  [
    { taskCpu: 256, taskMemoryMiB: 1024, taskStorageGiB: 21 },
    ["taskCpu", "taskMemoryMiB", "taskStorageGiB"]
      .map((field) => `target.${field}: ${notIn("host")}`)
      .join("\n"),
  ],
  [
    { databaseClass: "db.t4g.micro", databaseStorageGiB: 20 },
    ["databaseClass", "databaseStorageGiB"]
      .map(
        (field) =>
          `target.${field}: must not be given without RDS; use target.hostDatabase "rds", or remove it`,
      )
      .join("\n"),
  ],
])("host refuses %j", (target, message) => {
  expect(hostRefusal(target)).toBe(message);
});

test("a secret that was given in place of its ARN is not repeated", () => {
  const secretArns = { MLFLOW_AUTH_ADMIN_PASSWORD: "canary-of-the-user" };
  expect(managedRefusal({ secretArns })).toBe(
    `${admin}: must be the ARN of a secret of Secrets Manager in "eu-central-1"; got something else`,
  );
});

test("everything that is wrong is in one list", () => {
  const target = {
    region: "eu-central-1a",
    vpcCidr: "10.73.0.0/20",
    connectedCidrs: ["10.73.8.0/24"],
    domain: "mlflow.example.com",
    instanceType: "t3.small",
    dataVolumeGiB: 1,
  };
  expect(hostRefusal(target).split("\n")).toStrictEqual([
    'target.region: must be a region and not a zone; got "eu-central-1a"; use "eu-central-1"',
    'target.hostedZone: must be given with target.domain, as the zone of Route 53 that gets the name "mlflow.example.com"; or give target.certificateArn, and write the name into DNS yourself',
    'target.vpcCidr: must not overlap target.connectedCidrs[0], "10.73.8.0/24"; got "10.73.0.0/20"',
    `target.dataVolumeGiB: ${whole(8, 16_384, 1)}`,
    'target.instanceType: must be of target.architecture "arm64"; got "t3.small", which is x86_64; use "t4g.small", or target.architecture "x86_64"',
  ]);
});

const unknownRegions = ["il-central-1", "ca-west-1", "mx-central-1", "ap-southeast-7", "ap-east-2"];

test.each(unknownRegions)("RDS in %s, of which nobody here has the certificates", (region) => {
  const words = /^target\.region: must be one of af-south-1, .*, us-west-2 with RDS, .*; got "/;
  expect(managedRefusal({ region })).toMatch(words);
  expect(hostRefusal({ region, hostDatabase: "rds" })).toMatch(words);
  expect(managedRefusal({ region }).split("\n")).toHaveLength(1);
  expect(hostRefusal({ region })).toBe("(accepted)");
  const secretArns = { MLFLOW_BACKEND_STORE_URI: uriSecretArn.replace("eu-central-1", region) };
  const external = { backendStore: { kind: "external" } };
  expect(managedRefusal({ region, secretArns, egress: "nat" }, external)).toBe("(accepted)");
});

test.each([
  ["us-east-9", '"us-east-1" or "us-east-2"; or, if'],
  ["ca-west-1", '"ca-central-1"; or, if'],
  ["il-central-1", 'target.shape "host" with'],
])("for %s the nearest regions come first", (region, use) => {
  expect(managedRefusal({ region })).toContain(`; got "${region}"; use ${use} `);
});

test.each([
  "db.t9.huge",
  "db.t4g.nano",
  "db.m7g.huge",
  "db.m7g.3xlarge",
  "db.t2.micro",
  "db.m4.large",
])("%s is no class of PostgreSQL 18", (databaseClass) => {
  expect(managedRefusal({ databaseClass })).toMatch(
    /^target\.databaseClass: must be a class of RDS/,
  );
});

test.each([
  "db.t3.micro",
  "db.m7g.large",
  "db.r6i.32xlarge",
  "db.m6gd.xlarge",
  "db.x2iedn.24xlarge",
])("%s is one", (databaseClass) => {
  expect(managedRefusal({ databaseClass })).toBe("(accepted)");
});

test("small by default, and larger for a larger machine", () => {
  const { task, database } = awsStackProps(awsProps(), managedTarget()).target;
  expect(task).toStrictEqual({ cpu: 256, memoryMiB: 1024, storageGiB: 21 });
  expect(database).toStrictEqual({ instanceClass: "db.t4g.micro", storageGiB: 20 });
  const medium = awsStackProps(awsProps({ profile: "medium" }), managedTarget()).target.task;
  expect(medium).toMatchObject({ cpu: 1024, memoryMiB: 4096 });
});

test.each([
  ["arm64", undefined, "t4g.small"],
  ["x86_64", undefined, "t3.small"],
  ["arm64", "n100", "t4g.medium"],
  ["x86_64", "n100", "t3.medium"],
  ["arm64", "medium", "m7g.xlarge"],
  ["x86_64", "medium", "m7i.xlarge"],
] as const)("an instance of %s with the profile %s is a %s", (architecture, profile, type) => {
  const props = awsProps(profile && { profile });
  const { deployment, target } = awsStackProps(props, hostTarget({ architecture }));
  expect(deployment.profile).toBe(profile ?? "small");
  expect(target.instance.type).toBe(type);
  expect(Object.keys(priceTable["us-east-1"]?.instanceType ?? {})).toContain(type);
});

const tooSmall = (cpus: number, gib: number, profile: string, got: string, use: string) =>
  `target.instanceType: must have ${cpus} vCPUs and ${gib} GiB or more for the profile "${profile}"; got ${got}; use "${use}"`;

test.each<[string, string, string]>([
  ["small", "t4g.micro", tooSmall(1, 1.5625, "small", '"t4g.micro" with 2 and 1', "t4g.small")],
  [
    "n100",
    "t4g.small",
    `${tooSmall(2, 2.75, "n100", '"t4g.small" with 2 and 2', "t4g.medium")}, or the profile "small"`,
  ],
  [
    "n100",
    "m7g.medium",
    `${tooSmall(2, 2.75, "n100", '"m7g.medium" with 1 and 4', "t4g.medium")}, or the profile "small"`,
  ],
  [
    "medium",
    "t4g.small",
    `${tooSmall(4, 6.5, "medium", '"t4g.small" with 2 and 2', "m7g.xlarge")}, or the profile "small"`,
  ],
  ["small", "t4g.small", "(accepted)"],
  ["small", "m7g.medium", "(accepted)"],
  ["medium", "c7g.xlarge", "(accepted)"],
  ["medium", "z1g.large", "(accepted)"],
])("the profile %s on %s", (profile, instanceType, message) => {
  expect(hostRefusal({ instanceType }, { profile })).toBe(message);
});

test("without a database of its own an instance needs less", () => {
  const target = { instanceType: "t4g.small", hostDatabase: "rds" };
  expect(hostRefusal(target, { profile: "n100" })).toBe("(accepted)");
});

test.each(["t2.small", "m4.large", "c3.large", "r4.large", "i3.large", "d2.xlarge", "x1e.xlarge"])(
  "%s runs on Xen",
  (instanceType) => {
    expect(hostRefusal({ architecture: "x86_64", instanceType })).toBe(
      `target.instanceType: must be a type on Nitro, where a volume has a name of its own; got "${instanceType}"; use "t3.small"`,
    );
  },
);

test.each(["m5.large", "i3en.large", "i3.metal", "c6in.xlarge", "m7i-flex.large", "x2iedn.xlarge"])(
  "%s runs on Nitro",
  (instanceType) => {
    expect(hostRefusal({ architecture: "x86_64", instanceType })).toBe("(accepted)");
  },
);
