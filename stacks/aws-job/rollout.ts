import type { Deployment, Service, Task } from "@aws-sdk/client-ecs";
import { finished, going, type Look } from "./wait.js";

/** What there is to see of a service that is being started. */
export interface Rollout {
  readonly service: Service;
  /** Tasks that shall run. */
  readonly tasks: readonly Task[];
  /** How many tasks have stopped since it was first looked at. */
  readonly stopped: number;
  /** Whether the task has a health check of its own. */
  readonly hasHealthCheck: boolean;
  /** Id of a deployment that another one was asked for in place of. */
  readonly givenUp: string | undefined;
}

/** ECS starts a task again and again where no deployment is under way, and gives up on none. */
const maximumStops = 3;

/** The deployment that a service is to end up with. */
export const primaryOf = ({ deployments = [] }: Service): Deployment | undefined =>
  deployments.find(({ status }) => status === "PRIMARY");

/**
 * Whether ECS has given up the wanted task definition: it never tries again by itself, neither a
 * first deployment that failed nor one that it went back from.
 */
export const isGivenUp = ({ taskDefinition, rolloutState }: Deployment, wanted: string): boolean =>
  taskDefinition !== wanted || rolloutState === "FAILED";

/**
 * Whether the wanted task definition is the one that runs; the result says why it never will.
 *
 * @returns done with undefined: it runs
 */
export function judgeRollout(rollout: Rollout, wanted: string): Look<string | undefined> {
  const { service, tasks, stopped, hasHealthCheck, givenUp } = rollout;
  const { deployments = [], desiredCount = 0 } = service;
  const primary = primaryOf(service);
  if (primary === undefined) return going("no deployment yet");
  if (givenUp !== undefined && primary.id === givenUp) return going("no new deployment yet");
  const { taskDefinition, rolloutState: state = "IN_PROGRESS", runningCount = 0 } = primary;
  if (taskDefinition !== wanted) {
    const failed = deployments.find((one) => one.taskDefinition === wanted);
    const why = failed?.rolloutStateReason ?? primary.rolloutStateReason;
    return finished(`ECS went back to ${shortName(taskDefinition)}${why ? ` (${why})` : ""}`);
  }
  if (state === "FAILED") return finished(primary.rolloutStateReason ?? "the rollout failed");
  if (stopped >= maximumStops) return finished(`its task has stopped ${stopped} times`);
  const isUp = ({ lastStatus, healthStatus, taskDefinitionArn }: Task) =>
    lastStatus === "RUNNING" &&
    taskDefinitionArn === wanted &&
    (healthStatus === "HEALTHY" || (!hasHealthCheck && healthStatus !== "UNHEALTHY"));
  const up = tasks.filter(isUp).length;
  const isDone = state === "COMPLETED" && desiredCount > 0 && runningCount === desiredCount;
  if (isDone && up === tasks.length) return finished(undefined);
  const stops = stopped > 0 ? `, ${stopped} stopped` : "";
  const health = tasks.length > 0 ? `, ${up} healthy` : "";
  const words = state.toLowerCase().replace("_", " ");
  return going(`${words}, ${runningCount} of ${desiredCount} running${health}${stops}`);
}

/** `lab-tracking-server:3` of an ARN. */
export const shortName = (arn = "nothing"): string => arn.slice(arn.lastIndexOf("/") + 1);
