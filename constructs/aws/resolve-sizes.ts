import {
  requireInteger,
  type HostProfileName,
  type MlflowDeployment,
  type Problems,
} from "../mlflow/index.js";
import type { AwsTarget } from "./aws-target.js";
import { requireInstance } from "./resolve-instance.js";

/** CPU and memory of a Fargate task where the target names none. */
export const defaultTaskSize = (profile: HostProfileName) =>
  profile === "medium" ? { cpu: 1024, memoryMiB: 4096 } : { cpu: 256, memoryMiB: 1024 };

/**
 * Memory that Fargate has for each size of CPU, in MiB: from, to and in steps of.
 *
 * @see https://docs.aws.amazon.com/AmazonECS/latest/developerguide/task-cpu-memory-error.html
 */
const taskMemory: Readonly<Record<number, readonly number[]>> = {
  256: [512, 1024, 2048],
  512: range(1024, 4096, 1024),
  1024: range(2048, 8192, 1024),
  2048: range(4096, 16_384, 1024),
  4096: range(8192, 30_720, 1024),
};

function range(from: number, to: number, step: number): readonly number[] {
  return Array.from({ length: (to - from) / step + 1 }, (_, index) => from + index * step);
}

/** @see https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_PutRetentionPolicy.html */
const logDays = [1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731, 1096, 1827, 3653];

/**
 * Classes of PostgreSQL 18: burstable, and from the 5th generation on for everything and memory. A
 * generation that is newer than this file is let through.
 *
 * @see https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/Concepts.DBInstanceClass.Support.html
 */
const databaseClass =
  /^db\.((t3|t4g)\.(micro|small|medium|large|xlarge|2xlarge)|([mr]([5-9]|\d\d)|[cx]\d)[a-z]*\.(medium|large|(|2|4|8|12|16|24|32|48)xlarge))$/;

/** Numbers and classes of a target that AWS would refuse, or that do not fit what runs on it. */
export function requireSizes(
  target: AwsTarget,
  deployment: MlflowDeployment,
  problems: Problems,
): void {
  const { task, database, instance } = target;
  if (target.shape === "managed") requireTask(task, deployment, problems);
  requireInteger(database.storageGiB, 20, 65_536, "target.databaseStorageGiB", problems);
  requireInteger(target.backupDays, 7, 35, "target.backupDays", problems);
  requireInteger(instance.dataVolumeGiB, 8, 16_384, "target.dataVolumeGiB", problems);
  problems.require(
    logDays.includes(target.logDays),
    "target.logDays",
    `must be one of ${logDays.join(", ")}; got "${target.logDays}"`,
  );
  problems.require(
    databaseClass.test(database.instanceClass),
    "target.databaseClass",
    `must be a class of RDS for PostgreSQL 18 such as "db.t4g.micro" or "db.m7g.large"; got "${database.instanceClass}"`,
  );
  requireInstance(target, deployment, problems);
}

function requireTask(
  { cpu, memoryMiB, storageGiB }: AwsTarget["task"],
  { trackingServer }: MlflowDeployment,
  problems: Problems,
): void {
  const allowed = taskMemory[cpu];
  problems.require(
    allowed !== undefined,
    "target.taskCpu",
    `must be ${Object.keys(taskMemory).join(" or ")}; got "${cpu}"`,
  );
  const fits = allowed === undefined || allowed.includes(memoryMiB);
  problems.require(
    fits,
    "target.taskMemoryMiB",
    `must be one of ${allowed?.join(", ")} with target.taskCpu ${cpu}; got "${memoryMiB}"`,
  );
  const needed = trackingServer.workers * 230 + 256;
  problems.require(
    !fits || memoryMiB >= needed,
    "target.taskMemoryMiB",
    `must be ${needed} or more for trackingServer.workers ${trackingServer.workers}; got "${memoryMiB}"`,
  );
  requireInteger(storageGiB, 21, 200, "target.taskStorageGiB", problems);
}
