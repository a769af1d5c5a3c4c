import {
  CreateVolumeCommand,
  DescribeSnapshotsCommand,
  EC2Client,
  type Snapshot,
} from "@aws-sdk/client-ec2";
import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";
import { startMotoProxy, type Instead, type MotoProxy } from "../helpers/aws/moto-proxy.js";
import { startMoto, type Moto } from "../helpers/aws/moto.js";
import { EcsInMoto } from "./ecs-in-moto.js";
import { jobProgram, type JobRan } from "./job.js";

const program = jobProgram();
const region = "eu-central-1";
let moto: Moto;
let proxy: MotoProxy;
let ec2: EC2Client;
let volume: string;

beforeAll(async () => {
  moto = await startMoto();
  proxy = await startMotoProxy(moto);
  const credentials = { accessKeyId: "testing", secretAccessKey: "testing" };
  ec2 = new EC2Client({ region, credentials, endpoint: moto.endpoint });
}, 120_000);
afterAll(async () => {
  proxy.stop();
  await moto.stop();
});
beforeEach(async () => {
  const place = { AvailabilityZone: `${region}a`, Size: 8 };
  volume = (await ec2.send(new CreateVolumeCommand(place))).VolumeId ?? "";
  proxy.clear();
});

const snapshot = (more: Readonly<Record<string, unknown>>): Promise<JobRan> => {
  const input = { region, pollSeconds: 0.05, name: "lab", version: "3.17.2", ...more };
  return program.run("snapshot", input, proxy.environment);
};

const snapshots = async (): Promise<readonly Snapshot[]> => {
  const Filters = [{ Name: "volume-id", Values: [volume] }];
  return (await ec2.send(new DescribeSnapshotsCommand({ Filters }))).Snapshots ?? [];
};

const minutesAgo = (minutes: number): string =>
  new Date(Date.now() - minutes * 60_000).toISOString();

/** A volume of that age, as EC2 tells of it. */
const aged = (state: string, minutes: number): Instead => ({
  status: 200,
  body: `<DescribeVolumesResponse><volumeSet><item><volumeId>${volume}</volumeId><status>${state}</status><createTime>${minutesAgo(minutes)}</createTime></item></volumeSet></DescribeVolumesResponse>`,
});

const created = () => proxy.operations().filter((name) => name.startsWith("Create"));

test("the volume of a first deployment is new, and no snapshot is taken", async () => {
  const { exitCode, all } = await snapshot({ volume });
  expect(all).toContain(`the volume ${volume} is new: there is nothing to take a snapshot of`);
  expect(exitCode).toBe(0);
  expect(created()).toStrictEqual([]);
});

test.each([
  ["of an instance that Terraform has ended", "available", 16],
  ["that is in use, however young", "in-use", 1],
])("a volume %s gets a snapshot with the release in its name", async (_, state, minutes) => {
  proxy.clear({
    instead: ({ operation }) =>
      operation === "DescribeVolumes" ? aged(state, minutes) : undefined,
  });
  const { exitCode, all } = await snapshot({ volume });
  expect(exitCode).toBe(0);
  const [made, ...others] = await snapshots();
  expect(others).toStrictEqual([]);
  expect(made?.Tags).toStrictEqual([
    { Key: "Name", Value: "lab-before-3.17.2" },
    { Key: "mlflow-stacks:deployment", Value: "lab" },
  ]);
  expect(all).toContain(`the snapshot lab-before-3.17.2 (${made?.SnapshotId}) has begun`);
});

test("waits where another snapshot of the volume has just begun", async () => {
  let refusals = 2;
  proxy.clear({
    instead: ({ operation }) => {
      if (operation === "DescribeVolumes") return aged("available", 60);
      if (operation !== "CreateSnapshot" || refusals === 0) return undefined;
      refusals -= 1;
      const code = "SnapshotCreationPerVolumeRateExceeded";
      const error = `<Error><Code>${code}</Code><Message>x</Message></Error>`;
      return { status: 400, body: `<Response><Errors>${error}</Errors></Response>` };
    },
  });
  const { exitCode, all } = await snapshot({ volume });
  expect(all).toContain("another one has begun");
  expect(exitCode).toBe(0);
  expect(await snapshots()).toHaveLength(1);
});

test("a volume that is not there ends the run", async () => {
  const { exitCode, all } = await snapshot({ volume: "vol-0123456789abcdef0" });
  expect(exitCode).toBe(1);
  expect(all).toContain("vol-0123456789abcdef0");
});

test("RDS gets a snapshot that could be restored, unless it is new", async () => {
  const lab = await EcsInMoto.make(moto, "lab");
  await lab.database();
  const first = await snapshot({ database: "lab" });
  expect(first.all).toContain("the database lab is new");
  expect(await lab.snapshots()).toStrictEqual([]);
  proxy.clear({
    instead: ({ operation }) =>
      operation === "DescribeDBInstances"
        ? {
            status: 200,
            body: `<DescribeDBInstancesResponse><DescribeDBInstancesResult><DBInstances><DBInstance><DBInstanceIdentifier>lab</DBInstanceIdentifier><InstanceCreateTime>${minutesAgo(60)}</InstanceCreateTime></DBInstance></DBInstances></DescribeDBInstancesResult></DescribeDBInstancesResponse>`,
          }
        : undefined,
  });
  const { exitCode, all } = await snapshot({ database: "lab" });
  expect(exitCode).toBe(0);
  const [made] = await lab.snapshots();
  expect(made).toMatch(/^lab-before-3-17-2-\d{12}$/);
  expect(all).toContain(`the snapshot ${made} is there`);
});
