import type { Deployment, Service, Task } from "@aws-sdk/client-ecs";
import { expect, test } from "vitest";
import { isGivenUp, judgeRollout, type Rollout } from "../../stacks/aws-job/rollout.js";

const wanted = "arn:aws:ecs:eu-central-1:1:task-definition/lab-tracking-server:2";
const old = "arn:aws:ecs:eu-central-1:1:task-definition/lab-tracking-server:1";

const primary: Deployment = {
  status: "PRIMARY",
  taskDefinition: wanted,
  rolloutState: "COMPLETED",
  runningCount: 1,
};
const running: Task = { lastStatus: "RUNNING", taskDefinitionArn: wanted, healthStatus: "HEALTHY" };
const service = (...deployments: Deployment[]): Service => ({ desiredCount: 1, deployments });

const judge = (rollout: Partial<Rollout>) =>
  judgeRollout(
    {
      service: service(primary),
      tasks: [running],
      stopped: 0,
      hasHealthCheck: true,
      givenUp: undefined,
      ...rollout,
    },
    wanted,
  );

const done = { done: true, result: undefined };
const fails = (result: string) => ({ done: true, result });
const goes = (state: string) => ({ done: false, state });

test("it is done when the wanted task runs and is healthy", () => {
  expect(judge({})).toStrictEqual(done);
});

test("a task without a health check counts as healthy", () => {
  const tasks = [{ ...running, healthStatus: "UNKNOWN" as const }];
  expect(judge({ tasks, hasHealthCheck: false })).toStrictEqual(done);
});

test.each([
  [
    "is not healthy yet",
    { tasks: [{ ...running, healthStatus: "UNKNOWN" as const }] },
    "0 healthy",
  ],
  ["is not the wanted one", { tasks: [{ ...running, taskDefinitionArn: old }] }, "0 healthy"],
  [
    "has stopped twice",
    { tasks: [{ ...running, lastStatus: "PENDING" }], stopped: 2 },
    "2 stopped",
  ],
  ["does not run", { service: service({ ...primary, runningCount: 0 }), tasks: [] }, "0 of 1"],
  ["shall not run", { service: { ...service(primary), desiredCount: 0 } }, "1 of 0"],
  [
    "is being replaced",
    { service: service({ ...primary, rolloutState: "IN_PROGRESS" }) },
    "in progress",
  ],
])("it goes on while the task %s", (_, rollout, state) => {
  expect(judge(rollout)).toMatchObject(goes(expect.stringContaining(state) as string));
});

test("a service without deployments goes on", () => {
  expect(judge({ service: service() })).toStrictEqual(goes("no deployment yet"));
});

test("a rollback fails with the reason of the deployment that was given up", () => {
  const rolloutStateReason = "ECS deployment circuit breaker: task failed to start.";
  const rolledBack = service(
    { ...primary, taskDefinition: old, rolloutState: "IN_PROGRESS" },
    { ...primary, status: "ACTIVE", rolloutState: "FAILED", rolloutStateReason },
  );
  expect(judge({ service: rolledBack })).toStrictEqual(
    fails(`ECS went back to lab-tracking-server:1 (${rolloutStateReason})`),
  );
});

test("a first deployment that fails has nothing to go back to", () => {
  const failed = {
    ...primary,
    rolloutState: "FAILED" as const,
    rolloutStateReason: "tasks failed",
  };
  expect(judge({ service: service(failed) })).toStrictEqual(fails("tasks failed"));
});

test("a task that stops again and again fails, because ECS alone never gives up", () => {
  expect(judge({ stopped: 3, tasks: [] })).toStrictEqual(fails("its task has stopped 3 times"));
});

test.each([
  [{ ...primary, rolloutState: "FAILED" as const }, true],
  [{ ...primary, taskDefinition: old }, true],
  [primary, false],
  [{ ...primary, rolloutState: "IN_PROGRESS" as const }, false],
])("whether ECS has given up what is wanted: %o", (deployment, answer) => {
  expect(isGivenUp(deployment, wanted)).toBe(answer);
});

test("a look that still shows what was given up is no answer", () => {
  const failed = { ...primary, id: "ecs-svc/1", rolloutState: "FAILED" as const };
  const seen = { service: service(failed), givenUp: "ecs-svc/1" };
  expect(judge(seen)).toStrictEqual(goes("no new deployment yet"));
  expect(judge({ ...seen, givenUp: "ecs-svc/0" })).toMatchObject({ done: true });
});
