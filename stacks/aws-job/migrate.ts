import type { Task } from "@aws-sdk/client-ecs";
import { ConfigError } from "../../constructs/mlflow/index.js";
import { awsFailure } from "../tools/aws-failure.js";
import type { Aws } from "./aws.js";
import type { MigrateJob } from "./input.js";
import { runningMigrations, startMigration, waitForEnd } from "./migration-task.js";
import { stopOldServer } from "./old-server.js";
import { takeSnapshot } from "./snapshot.js";
import { lastLogLines, succeeded, taskId, whyStopped } from "./task-report.js";
import { wayBack } from "./way-back.js";

/**
 * Brings the database to the release of the image. It may be killed at any point and run again: a
 * task that an earlier run has left is waited for, and not started a second time.
 *
 * @throws what went wrong, the container's last lines, and the way back
 */
export async function migrate(aws: Aws, job: MigrateJob): Promise<void> {
  try {
    const task = (await unfinished(aws, job)) ?? (await begin(aws, job));
    const ended = await waitForEnd(aws, job, task);
    if (!succeeded(ended, job.container)) throw await failure(aws, job, ended);
  } catch (error) {
    throw await withWayBack(aws, job, awsFailure(error, "migrate"));
  }
  console.log(`the database is ready for MLflow ${job.version}`);
}

/** A migration of this very image that runs already. One of another image is let end first. */
async function unfinished(aws: Aws, job: MigrateJob): Promise<Task | undefined> {
  const tasks = await runningMigrations(aws, job);
  const own = tasks.find(({ taskDefinitionArn: arn }) => arn === job.taskDefinition);
  if (own) {
    console.log(`an earlier run has started the migration ${taskId(own)}; this one waits for it`);
    return own;
  }
  for (const other of tasks) await waitForEnd(aws, job, other);
  return undefined;
}

async function begin(aws: Aws, job: MigrateJob): Promise<Task> {
  const { database, version, pollSeconds } = job;
  if ((await stopOldServer(aws, job)) && database !== undefined) {
    await takeSnapshot(aws, { database, version, pollSeconds });
  }
  return startMigration(aws, job);
}

async function failure({ logs }: Aws, job: MigrateJob, task: Task): Promise<Error> {
  const { logGroup, container } = job;
  const lines = [
    `the migration ${taskId(task)} failed: ${whyStopped(task, container)}`,
    ...(await lastLogLines(logs, logGroup, task, container)),
  ];
  return new Error(lines.join("\n"));
}

/** From wherever it failed: the server may be stopped by then. */
async function withWayBack(aws: Aws, job: MigrateJob, error: unknown): Promise<unknown> {
  if (!(error instanceof Error) || error instanceof ConfigError) return error;
  const lines = [error.message, ...(await wayBack(aws, job))];
  return new Error(lines.join("\n"), { cause: error });
}
