import { DescribeServicesCommand, UpdateServiceCommand } from "@aws-sdk/client-ecs";
import { CreateDBSnapshotCommand } from "@aws-sdk/client-rds";
import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";
import {
  startMotoProxy,
  type Exchange,
  type Json,
  type MotoProxy,
} from "../helpers/aws/moto-proxy.js";
import { startMoto, type Moto } from "../helpers/aws/moto.js";
import { EcsInMoto } from "./ecs-in-moto.js";
import { jobProgram, type JobRan } from "./job.js";

const program = jobProgram();
let moto: Moto;
let proxy: MotoProxy;
let lab: EcsInMoto;
let wanted: string;
let count = 0;

beforeAll(async () => {
  moto = await startMoto();
  proxy = await startMotoProxy(moto);
}, 120_000);
afterAll(async () => {
  proxy.stop();
  await moto.stop();
});
beforeEach(async () => {
  count += 1;
  lab = await EcsInMoto.make(moto, `lab${count}`);
  wanted = await lab.define("tracking-server", "3.17.2");
  proxy.clear();
}, 60_000);

const start = (
  taskDefinition = wanted,
  more: Readonly<Record<string, unknown>> = {},
): Promise<JobRan> =>
  program.run(
    "start",
    {
      region: "eu-central-1",
      pollSeconds: 0.05,
      cluster: lab.cluster,
      service: lab.cluster,
      taskDefinition,
      logGroup: lab.logGroup,
      ...more,
    },
    proxy.environment,
  );

const desiredCount = async (): Promise<number | undefined> => {
  const question = { cluster: lab.cluster, services: [lab.cluster] };
  const { services = [] } = await lab.ecs.send(new DescribeServicesCommand(question));
  return services[0]?.desiredCount;
};

const tasksOf = (prefix: string, task: Json, number: number): Json[] =>
  Array.from({ length: number }, (_, index) => ({
    taskArn: `arn:aws:ecs:eu-central-1:1:task/lab/${prefix}${index}`,
    taskDefinitionArn: wanted,
    containers: [{ name: "tracking-server" }],
    ...task,
  }));

/** What a service in moto never has: the state of its rollout, tasks, events. */
interface Seen {
  readonly deployments?: readonly Json[];
  readonly running?: readonly Json[];
  readonly stopped?: readonly Json[];
  readonly events?: readonly string[];
}

/** Each look at the service is the next of these; the last one stays. */
const looks = (...list: readonly Seen[]) => {
  let look = -1;
  return ({ operation, request, text }: Exchange, answer: Json): Json => {
    if (operation === "DescribeServices") look += 1;
    const seen = list[Math.max(0, Math.min(look, list.length - 1))] ?? {};
    const all = [...(seen.running ?? []), ...(seen.stopped ?? [])];
    switch (operation) {
      case "DescribeServices": {
        const [service] = answer["services"] as Json[];
        const events = (seen.events ?? []).map((message) => ({ message }));
        const { deployments = service?.["deployments"] } = seen;
        return { services: [{ ...service, deployments, events }] };
      }
      case "ListTasks": {
        const tasks = request["desiredStatus"] === "STOPPED" ? seen.stopped : seen.running;
        return { taskArns: (tasks ?? []).map(({ taskArn }) => taskArn) };
      }
      case "DescribeTasks":
        return { tasks: all.filter(({ taskArn }) => text.includes(`"${String(taskArn)}"`)) };
      default:
        return answer;
    }
  };
};

const primary = (more: Json = {}): Json => ({
  status: "PRIMARY",
  taskDefinition: wanted,
  rolloutState: "COMPLETED",
  runningCount: 1,
  ...more,
});

test("a server that runs is done at once", async () => {
  await lab.serve(wanted);
  const { exitCode, all } = await start();
  expect(all).toContain(`the server lab${count}-tracking-server:1 runs`);
  expect(exitCode).toBe(0);
  expect(proxy.operations()).not.toContain("UpdateService");
});

test("a server that a migration has stopped is started, and waited for", async () => {
  await lab.serve(wanted);
  const stop = { cluster: lab.cluster, service: lab.cluster, desiredCount: 0 };
  await lab.ecs.send(new UpdateServiceCommand(stop));
  const pending = tasksOf("new", { lastStatus: "PENDING", healthStatus: "UNKNOWN" }, 1);
  const running = tasksOf("new", { lastStatus: "RUNNING", healthStatus: "UNKNOWN" }, 1);
  proxy.clear({
    amend: looks(
      {},
      { deployments: [primary({ runningCount: 0 })], running: pending },
      { deployments: [primary({ runningCount: 0 })], running: pending },
      { deployments: [primary()], running },
    ),
  });
  const { exitCode, all } = await start();
  expect(exitCode).toBe(0);
  expect(await desiredCount()).toBe(1);
  expect(all.match(/completed, 0 of 1 running/g)).toHaveLength(1);
});

test("a rollback fails with the events, the task's end and its last lines", async () => {
  await lab.serve(wanted);
  const stopped = tasksOf(
    "bad",
    {
      lastStatus: "STOPPED",
      stoppedReason: "Task failed container health checks",
      containers: [{ name: "tracking-server", exitCode: 1 }],
    },
    1,
  );
  await lab.write("tracking-server", String(stopped[0]?.["taskArn"]), ["no such table: alembic"]);
  const reason = "ECS deployment circuit breaker: tasks failed to start.";
  const old = primary({ taskDefinition: wanted.replace(/:1$/, ":0"), rolloutState: "IN_PROGRESS" });
  const given = primary({ status: "ACTIVE", rolloutState: "FAILED", rolloutStateReason: reason });
  const events = [
    "(service lab) rolling back to deployment x.",
    "(service lab) has started 1 tasks.",
  ];
  proxy.clear({
    amend: looks(
      { deployments: [primary({ rolloutState: "IN_PROGRESS", runningCount: 0 })] },
      { deployments: [primary({ rolloutState: "IN_PROGRESS", runningCount: 0 })] },
      { deployments: [old, given], stopped, events },
    ),
  });
  const { exitCode, all } = await start();
  expect(exitCode).toBe(1);
  expect(all).toContain(`does not run: ECS went back to lab${count}-tracking-server:0 (${reason})`);
  expect(all).toContain("  (service lab) rolling back to deployment x.");
  expect(all).toContain("  task bad0: exit code 1; Task failed container health checks");
  expect(all).toContain("  | no such table: alembic");
});

/** What the service was told to become. */
const updates = () =>
  proxy.exchanges
    .filter(({ operation }) => operation === "UpdateService")
    .map(({ request }) => request);

const anew = () => ({ taskDefinition: wanted, desiredCount: 1, forceNewDeployment: true });

const failedFirst = { id: "ecs-svc/1", rolloutState: "FAILED", runningCount: 0 };
const second = (more: Json = {}): Json => primary({ id: "ecs-svc/2", ...more });

test("a first deployment that ECS has given up is begun anew by the next run", async () => {
  await lab.serve(wanted);
  const running = tasksOf("new", { lastStatus: "RUNNING", healthStatus: "HEALTHY" }, 1);
  const givenUp = { deployments: [primary(failedFirst)] };
  proxy.clear({
    amend: looks(
      givenUp,
      // ECS may answer with what was for a moment.
      givenUp,
      { deployments: [second({ rolloutState: "IN_PROGRESS", runningCount: 0 })] },
      { deployments: [second()], running },
    ),
  });
  const { exitCode, all } = await start();
  expect(all).toContain("no new deployment yet");
  expect(exitCode).toBe(0);
  expect(updates()).toMatchObject([anew()]);
});

test("a server of another release that ECS went back to is told not to fit the database", async () => {
  await lab.serve(wanted);
  await lab.database();
  const snapshot = `${lab.cluster}-before-3-17-2-202611280915`;
  await lab.rds.send(
    new CreateDBSnapshotCommand({
      DBInstanceIdentifier: lab.cluster,
      DBSnapshotIdentifier: snapshot,
    }),
  );
  const old = primary({ taskDefinition: await lab.define("tracking-server", "3.17.1") });
  const begun = { deployments: [primary({ rolloutState: "IN_PROGRESS", runningCount: 0 })] };
  proxy.clear({ amend: looks(begun, begun, { deployments: [old] }) });
  const { exitCode, all } = await start(wanted, { database: lab.cluster });
  expect(exitCode).toBe(1);
  expect(all).toContain(
    "is of MLflow 3.17.1, and does not fit the database: that was brought to 3",
  );
  expect(all).toContain(`--service ${lab.cluster} --desired-count 0`);
  expect(all).toContain(`put the snapshot ${snapshot} in its place`);
});

test("a server of the same release that ECS went back to goes on", async () => {
  await lab.serve(wanted);
  const old = primary({ taskDefinition: await lab.define("tracking-server", "3.17.2") });
  const begun = { deployments: [primary({ rolloutState: "IN_PROGRESS", runningCount: 0 })] };
  proxy.clear({ amend: looks(begun, begun, { deployments: [old] }) });
  const { exitCode, all } = await start();
  expect(exitCode).toBe(1);
  expect(all).toContain("does not run: ECS went back to");
  expect(all).not.toContain("does not fit");
});

test("a look-up that is forbidden is a line of the report, and hides nothing else", async () => {
  await lab.serve(wanted);
  const failed = { rolloutState: "FAILED", rolloutStateReason: "tasks failed", runningCount: 0 };
  const begun = { deployments: [primary({ rolloutState: "IN_PROGRESS", runningCount: 0 })] };
  const stopped = tasksOf("bad", { lastStatus: "STOPPED", stoppedReason: "it ended" }, 1);
  const body = { __type: "AccessDeniedException", message: "not authorized" };
  proxy.clear({
    amend: looks(begun, begun, { deployments: [primary(failed)], stopped }),
    instead: ({ operation }) => (operation === "GetLogEvents" ? { status: 400, body } : undefined),
  });
  const { exitCode, all } = await start();
  expect(exitCode).toBe(1);
  expect(all).toContain("does not run: tasks failed");
  expect(all).toContain("  task bad0: its container did not start; it ended");
  expect(all).toContain(`the log ${lab.logGroup} can't be shown: AWS forbids it: not authorized`);
});

test("a deployment that fails again is given up", async () => {
  await lab.serve(wanted);
  const reason = "tasks failed to start, again";
  const failed = { rolloutState: "FAILED", rolloutStateReason: reason, runningCount: 0 };
  proxy.clear({
    amend: looks(
      { deployments: [primary(failedFirst)] },
      { deployments: [primary(failedFirst)] },
      { deployments: [second(failed)] },
    ),
  });
  const { exitCode, all } = await start();
  expect(exitCode).toBe(1);
  expect(all).toContain(`does not run: ${reason}`);
  expect(updates()).toHaveLength(1);
});

test("a server that ECS went back from is begun anew, and may be gone back from again", async () => {
  await lab.serve(wanted);
  const taskDefinition = wanted.replace(/:1$/, ":0");
  const old = primary({ id: "ecs-svc/0", taskDefinition });
  proxy.clear({
    amend: looks(
      { deployments: [old] },
      { deployments: [old] },
      { deployments: [second({ rolloutState: "IN_PROGRESS" })] },
      { deployments: [old] },
    ),
  });
  const { exitCode, all } = await start();
  expect(updates()).toMatchObject([anew()]);
  expect(exitCode).toBe(1);
  expect(all).toContain(`does not run: ECS went back to lab${count}-tracking-server:0`);
});

test("a task that stops again and again is no endless wait", async () => {
  await lab.serve(wanted);
  const stopped = (number: number) => tasksOf("bad", { lastStatus: "STOPPED" }, number);
  const deployments = [primary({ runningCount: 0 })];
  proxy.clear({
    amend: looks(
      { deployments, stopped: stopped(1) },
      { deployments, stopped: stopped(2) },
      { deployments, stopped: stopped(4) },
    ),
  });
  const { exitCode, all } = await start();
  expect(exitCode).toBe(1);
  // The first was there before.
  expect(all).toContain("1 stopped");
  expect(all).toContain("does not run: its task has stopped 3 times");
});

test("a service that is gone is told", async () => {
  const { exitCode, all } = await start();
  expect(exitCode).toBe(1);
  expect(all).toContain(`there is no service lab${count} that could be started; deploy again`);
});
