import { UpdateServiceCommand } from "@aws-sdk/client-ecs";
import type { Aws } from "./aws.js";
import type { MigrateJob } from "./input.js";
import { releaseOf } from "./release.js";
import { findService, imageOf, listTasks } from "./tasks.js";
import { finished, going, waitFor } from "./wait.js";

/** Longer than a load balancer takes to let go of a task, and a task to end. */
const stopMinutes = 15;

/**
 * Stops a server of another release, and waits until its last task has ended: MLflow forbids two
 * releases on one database.
 *
 * @returns whether there was one, running or not
 */
export async function stopOldServer({ ecs }: Aws, job: MigrateJob): Promise<boolean> {
  const { cluster, service, version, pollSeconds } = job;
  const found = await findService(ecs, job);
  if (found?.taskDefinition === undefined) return false;
  const release = releaseOf(await imageOf(ecs, found.taskDefinition));
  if (release === version) return false;
  const name = release === undefined ? "a release that its tag does not tell" : `MLflow ${release}`;
  console.log(`the server of ${name} is stopped before the database is brought to ${version}`);
  await ecs.send(new UpdateServiceCommand({ cluster, service, desiredCount: 0 }));
  const what = `the service ${service}`;
  await waitFor({ what, minutes: stopMinutes, pollSeconds }, async () => {
    const left = await countTasks({ ecs }, job);
    return left === 0 ? finished(undefined) : going(`${left} still to stop`);
  });
  return true;
}

/** Tasks whose process may be there: one that was told to end is counted as running no more. */
async function countTasks(
  { ecs }: Pick<Aws, "ecs">,
  { cluster, service }: MigrateJob,
): Promise<number> {
  const which = { serviceName: service };
  const running = await listTasks(ecs, cluster, which, "RUNNING");
  const ending = await listTasks(ecs, cluster, which, "STOPPED");
  const there = [...running, ...ending].filter(({ lastStatus }) => lastStatus !== "STOPPED");
  const counted = await findService(ecs, { cluster, service });
  return Math.max(there.length, (counted?.runningCount ?? 0) + (counted?.pendingCount ?? 0));
}
