import { UpdateServiceCommand, type Service, type Task } from "@aws-sdk/client-ecs";
import type { Aws } from "./aws.js";
import type { StartJob } from "./input.js";
import { lookUp } from "./look-up.js";
import { isGivenUp, judgeRollout, primaryOf, shortName } from "./rollout.js";
import { lastLogLines, taskId, whyStopped } from "./task-report.js";
import { findService, listTasks, taskDefinitionOf } from "./tasks.js";
import { NotInTime, waitFor } from "./wait.js";
import { wayOn } from "./way-back.js";

const startMinutes = 15;

/**
 * Starts the server that a migration has stopped, or that ECS has given up, and waits until the
 * wanted one runs.
 *
 * @throws what went wrong, with the service's last events and the task's last lines
 */
export async function start(aws: Aws, job: StartJob): Promise<void> {
  const { cluster, service, taskDefinition, pollSeconds } = job;
  let givenUp = await askForServer(aws, job);
  const { containerDefinitions = [] } = await taskDefinitionOf(aws.ecs, taskDefinition);
  const hasHealthCheck = containerDefinitions.some(({ healthCheck }) => healthCheck !== undefined);
  const earlier = new Set((await stoppedTasks(aws, job)).map(taskId));
  const what = `the server ${shortName(taskDefinition)}`;
  try {
    const why = await waitFor({ what, minutes: startMinutes, pollSeconds }, async () => {
      const found = await serviceOf(aws, job);
      // It may come back as what ECS goes back to; only a look from before counts for nothing.
      if (primaryOf(found)?.id !== givenUp) givenUp = undefined;
      const tasks = await listTasks(aws.ecs, cluster, { serviceName: service }, "RUNNING");
      const ended = await stoppedTasks(aws, job);
      const stopped = ended.filter((task) => !earlier.has(taskId(task))).length;
      const rollout = { service: found, tasks, stopped, hasHealthCheck, givenUp };
      return judgeRollout(rollout, taskDefinition);
    });
    if (why !== undefined) throw await failure(aws, job, `${what} does not run: ${why}`);
  } catch (error) {
    throw error instanceof NotInTime ? await failure(aws, job, error.message) : error;
  }
  console.log(`${what} runs`);
}

/** @returns id of the deployment that ECS has given up, in whose place another one begins */
async function askForServer(aws: Aws, job: StartJob): Promise<string | undefined> {
  const { cluster, service, taskDefinition } = job;
  const found = await serviceOf(aws, job);
  const primary = primaryOf(found);
  const wanted = { cluster, service, desiredCount: 1 };
  if (primary === undefined || !isGivenUp(primary, taskDefinition)) {
    if (found.desiredCount === 0) await aws.ecs.send(new UpdateServiceCommand(wanted));
    return undefined;
  }
  console.log(`ECS has given up the server ${shortName(taskDefinition)} before; it begins anew`);
  const anew = { ...wanted, taskDefinition, forceNewDeployment: true };
  await aws.ecs.send(new UpdateServiceCommand(anew));
  return primary.id;
}

async function serviceOf({ ecs }: Aws, job: StartJob): Promise<Service> {
  const found = await findService(ecs, job);
  if (found) return found;
  throw new Error(`there is no service ${job.service} that could be started; deploy again`);
}

/** Tasks of the wanted server that have ended, the last one first. */
async function stoppedTasks({ ecs }: Aws, job: StartJob): Promise<readonly Task[]> {
  const { cluster, service, taskDefinition } = job;
  const tasks = await listTasks(ecs, cluster, { serviceName: service }, "STOPPED");
  const when = ({ stoppedAt }: Task) => stoppedAt?.getTime() ?? 0;
  return tasks
    .filter(({ lastStatus, taskDefinitionArn }) => {
      return lastStatus === "STOPPED" && taskDefinitionArn === taskDefinition;
    })
    .sort((a, b) => when(b) - when(a));
}

async function failure(aws: Aws, job: StartJob, summary: string): Promise<Error> {
  const seen = await lookUp("the service's events can't be shown", async () => {
    const { events = [] } = await serviceOf(aws, job);
    return events.slice(0, 3).map(({ message = "" }) => `  ${message}`);
  });
  const ended = await lookUp("the server's last tasks can't be shown", async () => {
    const stopped = await stoppedTasks(aws, job);
    return [
      ...stopped.slice(0, 2).map((task) => `  task ${taskId(task)}: ${whyStopped(task)}`),
      ...(stopped[0] ? await lastLogLines(aws.logs, job.logGroup, stopped[0]) : []),
    ];
  });
  return new Error([summary, ...seen, ...ended, ...(await wayOn(aws, job))].join("\n"));
}
