import {
  InvalidParameterException,
  RunTaskCommand,
  type RunTaskCommandInput,
  type Task,
} from "@aws-sdk/client-ecs";
import type { Aws } from "./aws.js";
import type { MigrateJob } from "./input.js";
import { clientToken, familyOf } from "./release.js";
import { taskId } from "./task-report.js";
import { describeTasks, listTasks } from "./tasks.js";
import { finished, going, waitFor } from "./wait.js";

/** Minutes that ECS may need to see a role of its own, in an account that never had a cluster. */
const roleMinutes = 3;

/** Minutes that MLflow may need for its largest tables. */
const taskMinutes = 240;

/** Migrations that run now, of any image. */
export async function runningMigrations(
  { ecs }: Aws,
  { cluster, taskDefinition }: MigrateJob,
): Promise<readonly Task[]> {
  const tasks = await listTasks(ecs, cluster, { family: familyOf(taskDefinition) }, "RUNNING");
  return tasks.filter(({ lastStatus }) => lastStatus !== "STOPPED");
}

/** Starts the task, or gives the one that another run has started at the same time. */
export async function startMigration({ ecs }: Aws, job: MigrateJob): Promise<Task> {
  const { cluster, taskDefinition, subnets, securityGroups, pollSeconds } = job;
  const stopped = await listTasks(ecs, cluster, { family: familyOf(taskDefinition) }, "STOPPED");
  const known = stopped.map(({ taskArn = "" }) => taskArn);
  const question: RunTaskCommandInput = {
    cluster,
    taskDefinition,
    launchType: "FARGATE",
    count: 1,
    clientToken: clientToken(taskDefinition, known, new Date()),
    startedBy: "mlstack-migrate",
    propagateTags: "TASK_DEFINITION",
    networkConfiguration: {
      awsvpcConfiguration: { subnets, securityGroups, assignPublicIp: "DISABLED" },
    },
  };
  return waitFor({ what: "the migration", minutes: roleMinutes, pollSeconds }, async () => {
    try {
      const { tasks = [], failures = [] } = await ecs.send(new RunTaskCommand(question));
      if (tasks[0]) return finished(tasks[0]);
      const why = failures.map(({ reason, detail }) => [reason, detail].filter(Boolean).join(": "));
      throw new Error(`ECS did not start the migration: ${why.join("; ") || "it said nothing"}`);
    } catch (error) {
      const isNew = error instanceof InvalidParameterException && /linked role/.test(error.message);
      if (!isNew) throw error;
      return going("waits for the role of ECS, which is new in this account");
    }
  });
}

/** The task when it has ended. */
export function waitForEnd({ ecs }: Aws, job: MigrateJob, task: Task): Promise<Task> {
  const { cluster, pollSeconds } = job;
  const what = `the migration ${taskId(task)}`;
  return waitFor({ what, minutes: taskMinutes, pollSeconds }, async () => {
    const [found] = await describeTasks(ecs, cluster, [task.taskArn ?? ""]);
    if (!found)
      throw new Error(`${what} is gone, and ECS does not tell how it ended; run it again`);
    const { lastStatus = "unknown" } = found;
    return lastStatus === "STOPPED" ? finished(found) : going(lastStatus.toLowerCase());
  });
}
