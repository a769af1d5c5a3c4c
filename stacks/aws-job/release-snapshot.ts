import { CreateSnapshotCommand, DescribeVolumesCommand } from "@aws-sdk/client-ec2";
import { DescribeDBInstancesCommand } from "@aws-sdk/client-rds";
import type { Aws } from "./aws.js";
import type { SnapshotJob } from "./input.js";
import { takeSnapshot } from "./snapshot.js";
import { finished, going, waitFor } from "./wait.js";

/** What is younger was made in the run that this is a part of, which has nothing on it yet. */
const newMinutes = 15;

const volumeMinutes = 10;

/** AWS takes one snapshot of a volume at a time, and the one of the day may have begun just now. */
const busy = /^(SnapshotCreationPerVolumeRateExceeded|ConcurrentSnapshotLimitExceeded)$/;

/** Saves the database of an instance before it gets another release of MLflow. */
export async function saveBeforeRelease(aws: Aws, job: SnapshotJob): Promise<void> {
  if (job.volume !== undefined) await saveVolume(aws, job, job.volume);
  if (job.database !== undefined) await saveDatabase(aws, job, job.database);
}

async function saveDatabase(aws: Aws, job: SnapshotJob, database: string): Promise<void> {
  const question = { DBInstanceIdentifier: database };
  const { DBInstances = [] } = await aws.rds.send(new DescribeDBInstancesCommand(question));
  const [found] = DBInstances;
  if (isNew(found?.InstanceCreateTime)) return sayNew(`the database ${database}`);
  await takeSnapshot(aws, { ...job, database });
}

/** A snapshot holds what the volume had when it began, so that its end is not waited for. */
async function saveVolume({ ec2 }: Aws, job: SnapshotJob, volume: string): Promise<void> {
  const { name, version, pollSeconds } = job;
  const { Volumes = [] } = await ec2.send(new DescribeVolumesCommand({ VolumeIds: [volume] }));
  const [found] = Volumes;
  // One that is detached is as a rule that of the instance before, which Terraform has ended.
  if (found?.State === "available" && isNew(found.CreateTime)) {
    return sayNew(`the volume ${volume}`);
  }
  const Name = `${name}-before-${version}`;
  const command = new CreateSnapshotCommand({
    VolumeId: volume,
    Description: `${name} before MLflow ${version}`,
    TagSpecifications: [
      {
        ResourceType: "snapshot",
        Tags: [
          { Key: "Name", Value: Name },
          { Key: "mlflow-stacks:deployment", Value: name },
        ],
      },
    ],
  });
  const wait = { what: `the snapshot ${Name}`, minutes: volumeMinutes, pollSeconds };
  const made = await waitFor(wait, async () => {
    try {
      return finished(await ec2.send(command));
    } catch (error) {
      if (error instanceof Error && busy.test(error.name)) return going("another one has begun");
      throw error;
    }
  });
  if (made.State === "error") throw new Error(`the snapshot ${Name} failed; EC2 tells why`);
  console.log(`the snapshot ${Name} (${made.SnapshotId}) has begun, and holds all until now`);
}

const isNew = (made: Date | undefined): boolean =>
  made !== undefined && Date.now() - made.getTime() < newMinutes * 60_000;

const sayNew = (what: string): void =>
  console.log(`${what} is new: there is nothing to take a snapshot of`);
