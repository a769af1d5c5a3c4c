import type { Aws } from "./aws.js";
import type { MigrateJob } from "./input.js";
import { listSnapshots } from "./snapshot.js";
import { findService } from "./tasks.js";

/** What a failed migration has left, and how to have the old server again; lines for people. */
export async function wayBack({ ecs, rds }: Aws, job: MigrateJob): Promise<readonly string[]> {
  const { cluster, service, region, database, version } = job;
  const found = await findService(ecs, job);
  if (found?.desiredCount !== 0) return ["The server goes on as before."];
  const snapshots = database === undefined ? [] : await listSnapshots(rds, { database, version });
  const names = snapshots.map(({ DBSnapshotIdentifier: name = "" }) => name);
  return [
    "The old server was stopped, and stays so. Run the same command again when the cause is gone, or go back:",
    `  aws ecs update-service --region ${region} --cluster ${cluster} --service ${service} --desired-count 1`,
    ...(names[0] === undefined || database === undefined ? [] : restore(database, names)),
  ];
}

/** The first is from before every attempt. */
const restore = (database: string, [first, ...later]: readonly string[]): readonly string[] => [
  `If it says that the database is of another release: rename ${database}, restore the snapshot ${first} as ${database}, and deploy the old release.`,
  ...(later.length > 0 ? [`Later attempts took ${later.join(", ")}.`] : []),
];
