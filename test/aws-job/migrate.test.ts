import { DescribeServicesCommand, RunTaskCommand } from "@aws-sdk/client-ecs";
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
  proxy.clear();
}, 60_000);

async function migrate(
  more: Readonly<Record<string, unknown>> = {},
  signal?: AbortSignal,
): Promise<JobRan> {
  const taskDefinition = more["taskDefinition"] ?? (await lab.define("db-upgrade", "3.17.2"));
  const input = {
    region: "eu-central-1",
    pollSeconds: 0.05,
    cluster: lab.cluster,
    service: lab.cluster,
    container: "db-upgrade",
    subnets: [lab.subnet],
    securityGroups: ["sg-0123"],
    logGroup: lab.logGroup,
    version: "3.17.2",
    ...more,
    taskDefinition,
  };
  return program.run("migrate", input, proxy.environment, signal);
}

/** A migration that ends with this exit code; moto's own end with 0, and write nothing. */
const ending = (exitCode: number, lines: readonly string[]) => {
  const written = new Set<string>();
  return async ({ operation }: { operation: string }, answer: Json): Promise<Json> => {
    if (operation !== "DescribeTasks") return answer;
    const tasks = answer["tasks"] as Json[];
    for (const task of tasks) {
      const arn = String(task["taskArn"]);
      if (!written.has(arn) && lines.length > 0) await lab.write("db-upgrade", arn, lines);
      written.add(arn);
      task["stoppedReason"] = "Essential container in task exited";
      for (const container of task["containers"] as Json[]) container["exitCode"] = exitCode;
    }
    return answer;
  };
};

const desiredCount = async (): Promise<number | undefined> => {
  const question = { cluster: lab.cluster, services: [lab.cluster] };
  const { services = [] } = await lab.ecs.send(new DescribeServicesCommand(question));
  return services[0]?.desiredCount;
};

const changes = () =>
  proxy.operations().filter((name) => /^(UpdateService|CreateDBSnapshot|RunTask)$/.test(name));

test("a first deployment has no server to stop and nothing to take a snapshot of", async () => {
  await lab.database();
  const { exitCode, all } = await migrate({ database: lab.cluster });
  expect(all).toContain("the database is ready for MLflow 3.17.2");
  expect(exitCode).toBe(0);
  expect(changes()).toStrictEqual(["RunTask"]);
  const [started] = proxy.exchanges.filter(({ operation }) => operation === "RunTask");
  expect(started?.request).toMatchObject({
    launchType: "FARGATE",
    count: 1,
    networkConfiguration: {
      awsvpcConfiguration: {
        subnets: [lab.subnet],
        securityGroups: ["sg-0123"],
        assignPublicIp: "DISABLED",
      },
    },
  });
});

test("another release stops the server, takes a snapshot and only then migrates", async () => {
  await lab.database();
  await lab.serve(await lab.define("tracking-server", "3.17.1"));
  const { exitCode, all } = await migrate({ database: lab.cluster });
  expect(exitCode).toBe(0);
  expect(changes()).toStrictEqual(["UpdateService", "CreateDBSnapshot", "RunTask"]);
  expect(await desiredCount()).toBe(0);
  const [snapshot] = await lab.snapshots();
  expect(snapshot).toMatch(new RegExp(`^${lab.cluster}-before-3-17-2-\\d{12}$`));
  expect(all).toContain("the server of MLflow 3.17.1 is stopped");
  expect(all).toContain(`the snapshot ${snapshot} is there`);
});

test("the same release with other settings goes on serving", async () => {
  await lab.database();
  await lab.serve(await lab.define("tracking-server", "3.17.2"));
  expect((await migrate({ database: lab.cluster })).exitCode).toBe(0);
  expect(changes()).toStrictEqual(["RunTask"]);
  expect(await desiredCount()).toBe(1);
});

test("a task that is told to end and has not is waited for before the snapshot", async () => {
  await lab.database();
  const server = await lab.define("tracking-server", "3.17.1");
  await lab.serve(server);
  let asked = 0;
  proxy.clear({
    amend: ({ operation, request }, answer) => {
      if (
        operation === "ListTasks" &&
        request["serviceName"] &&
        request["desiredStatus"] === "STOPPED"
      ) {
        return { taskArns: ["arn:aws:ecs:eu-central-1:1:task/lab/ending"] };
      }
      if (operation !== "DescribeTasks" || !JSON.stringify(request).includes("/ending"))
        return answer;
      asked += 1;
      return { tasks: [{ lastStatus: asked < 4 ? "DEACTIVATING" : "STOPPED" }] };
    },
  });
  const { all } = await migrate({ database: lab.cluster });
  expect(all.match(/1 still to stop/g)).toHaveLength(1);
  const order = proxy.operations();
  expect(
    order.slice(0, order.indexOf("CreateDBSnapshot")).filter((name) => name === "DescribeTasks")
      .length,
  ).toBeGreaterThanOrEqual(4);
});

test("a failure tells the exit code, the last lines, the snapshot and the way back", async () => {
  await lab.database();
  await lab.serve(await lab.define("tracking-server", "3.17.1"));
  proxy.clear({ amend: ending(3, ["upgrading", "relation already exists"]) });
  const { exitCode, all } = await migrate({ database: lab.cluster });
  expect(exitCode).toBe(1);
  const [snapshot] = await lab.snapshots();
  expect(all).toContain("failed: exit code 3; Essential container in task exited");
  expect(all).toContain("  | relation already exists");
  expect(all).toContain("The old server was stopped, and stays so.");
  expect(all).toContain(`--service ${lab.cluster} --desired-count 1`);
  expect(all).toContain(`put the snapshot ${snapshot} in its place`);
  expect(all).toContain(`--new-db-instance-identifier ${lab.cluster}-aside --apply-immediately`);
  expect(all).toContain(
    `restore-db-instance-from-db-snapshot --region eu-central-1 --db-instance-identifier ${lab.cluster} --db-snapshot-identifier ${snapshot} --db-instance-class db.t4g.micro`,
  );
  expect(all).toMatch(/--db-parameter-group-name \S+ --no-publicly-accessible$/m);
  expect(all).toContain(`--db-instance-identifier ${lab.cluster} --manage-master-user-password`);
  expect(all).toContain(`terraform -chdir=${program.folder} import "$db" ${lab.cluster}`);
  const failure = all.slice(all.indexOf("the migration", all.indexOf("failed:") - 60));
  expect(failure.trim().split("\n").length).toBeLessThanOrEqual(15);
});

const forbidden = (operations: RegExp) => (exchange: Exchange) =>
  operations.test(exchange.operation)
    ? { status: 400, body: { __type: "AccessDeniedException", message: "not authorized" } }
    : undefined;

test("a look-up that is forbidden is a line of the report, and hides nothing else", async () => {
  await lab.database();
  await lab.serve(await lab.define("tracking-server", "3.17.1"));
  proxy.clear({ instead: forbidden(/^GetLogEvents$/), amend: ending(3, ["upgrading"]) });
  const { exitCode, all } = await migrate({ database: lab.cluster });
  expect(exitCode).toBe(1);
  expect(all).toContain("failed: exit code 3; Essential container in task exited");
  expect(all).toContain(`the log ${lab.logGroup} can't be shown: AWS forbids it: not authorized`);
  expect(all).toContain("The old server was stopped, and stays so.");
});

test("without the permission to list snapshots the rest of the way back is told", async () => {
  await lab.database();
  await lab.serve(await lab.define("tracking-server", "3.17.1"));
  let isTaken = false;
  const body = `<ErrorResponse><Error><Code>AccessDenied</Code><Message>no</Message></Error></ErrorResponse>`;
  proxy.clear({
    instead: ({ operation }) => {
      isTaken ||= operation === "RunTask";
      return isTaken && operation === "DescribeDBSnapshots" ? { status: 403, body } : undefined;
    },
    amend: ending(3, []),
  });
  const { exitCode, all } = await migrate({ database: lab.cluster });
  expect(exitCode).toBe(1);
  expect(all).toContain(`--service ${lab.cluster} --desired-count 1`);
  expect(all).toContain(`the snapshots of ${lab.cluster} can't be listed: AWS forbids it: no`);
});

test("a snapshot that fails leaves the server stopped, and tells the way back too", async () => {
  await lab.database();
  await lab.serve(await lab.define("tracking-server", "3.17.1"));
  const body = `<ErrorResponse><Error><Code>SnapshotQuotaExceeded</Code><Message>100 are there</Message></Error></ErrorResponse>`;
  proxy.clear({
    instead: ({ operation }) =>
      operation === "CreateDBSnapshot" ? { status: 400, body } : undefined,
  });
  const { exitCode, all } = await migrate({ database: lab.cluster });
  expect(exitCode).toBe(1);
  expect(all).toContain("100 are there");
  expect(all).toContain("The old server was stopped, and stays so.");
  expect(changes()).not.toContain("RunTask");
});

test("a failure of the same release says that the server goes on", async () => {
  await lab.serve(await lab.define("tracking-server", "3.17.2"));
  proxy.clear({ amend: ending(1, []) });
  const { exitCode, all } = await migrate();
  expect(exitCode).toBe(1);
  expect(all).toContain("The server goes on as before.");
});

const tokens = () =>
  proxy.exchanges
    .filter(({ operation }) => operation === "RunTask")
    .map(({ request }) => request["clientToken"]);

test("a run after a failed one starts a task with another token", async () => {
  const taskDefinition = await lab.define("db-upgrade", "3.17.2");
  const taskArn = "arn:aws:ecs:eu-central-1:1:task/lab/failed";
  // moto goes on to want a task that has ended, and lists none as stopped.
  const amend = ({ operation, request, text }: Exchange, answer: Json): Json => {
    if (operation === "ListTasks" && request["desiredStatus"] === "STOPPED")
      return { taskArns: [taskArn] };
    return text.includes(taskArn) ? { tasks: [{ taskArn, lastStatus: "STOPPED" }] } : answer;
  };
  expect((await migrate({ taskDefinition })).exitCode).toBe(0);
  const [first] = tokens();
  proxy.clear({ amend });
  expect((await migrate({ taskDefinition })).exitCode).toBe(0);
  expect(tokens()[0]).not.toBe(first);
});

test("two runs at once have one migration", async () => {
  const taskDefinition = await lab.define("db-upgrade", "3.17.2");
  // What ECS does with a token that it knows, and moto does not.
  const started = new Map<unknown, Json>();
  proxy.clear({
    instead: ({ operation, request }) => {
      const body = operation === "RunTask" ? started.get(request["clientToken"]) : undefined;
      return body && { status: 200, body };
    },
    amend: ({ operation, request }, answer) => {
      if (operation === "RunTask") started.set(request["clientToken"], answer);
      return answer;
    },
  });
  const ran = await Promise.all([migrate({ taskDefinition }), migrate({ taskDefinition })]);
  expect(ran.map(({ exitCode }) => exitCode)).toStrictEqual([0, 0]);
  expect(started.size).toBe(1);
});

test("a migration that a killed run has left is waited for, and not started again", async () => {
  const taskDefinition = await lab.define("db-upgrade", "3.17.2");
  await lab.ecs.send(
    new RunTaskCommand({
      cluster: lab.cluster,
      taskDefinition,
      launchType: "FARGATE",
      networkConfiguration: { awsvpcConfiguration: { subnets: [lab.subnet], securityGroups: [] } },
    }),
  );
  // A look in moto is a step of the task's life.
  const { exitCode, all } = await migrate({ taskDefinition });
  expect(all).toContain("an earlier run has started the migration");
  expect(exitCode).toBe(0);
  expect(changes()).toStrictEqual([]);
});

test.each(["UpdateService", "CreateDBSnapshot", "RunTask"])(
  "a run that is killed after %s is finished by the next",
  async (last) => {
    await lab.database();
    await lab.serve(await lab.define("tracking-server", "3.17.1"));
    const more = {
      taskDefinition: await lab.define("db-upgrade", "3.17.2"),
      database: lab.cluster,
    };
    const killer = new AbortController();
    const isAfter = () => proxy.operations().slice(0, -1).includes(last);
    proxy.clear({
      instead: () => {
        if (killer.signal.aborted || !isAfter()) return undefined;
        killer.abort();
        return { status: 500, body: {} };
      },
    });
    expect((await migrate(more, killer.signal)).exitCode).not.toBe(0);
    expect((await migrate(more)).exitCode).toBe(0);
    expect(changes().filter((name) => name === "RunTask")).toHaveLength(1);
    expect(await lab.snapshots()).not.toHaveLength(0);
    expect(await desiredCount()).toBe(0);
  },
);

test("a migration of another image is let end first", async () => {
  const other = await lab.define("db-upgrade", "3.17.1");
  await lab.ecs.send(
    new RunTaskCommand({
      cluster: lab.cluster,
      taskDefinition: other,
      launchType: "FARGATE",
      networkConfiguration: { awsvpcConfiguration: { subnets: [lab.subnet], securityGroups: [] } },
    }),
  );
  const { exitCode } = await migrate();
  expect(exitCode).toBe(0);
  const order = proxy.operations();
  expect(
    order.slice(0, order.indexOf("RunTask")).filter((name) => name === "DescribeTasks").length,
  ).toBeGreaterThan(2);
});

test("a task that ECS has no room for is a failure with its reason", async () => {
  const body = { tasks: [], failures: [{ reason: "Capacity is unavailable at this time" }] };
  proxy.clear({
    instead: ({ operation }) => (operation === "RunTask" ? { status: 200, body } : undefined),
  });
  const { exitCode, all } = await migrate();
  expect(exitCode).toBe(1);
  expect(all).toContain("ECS did not start the migration: Capacity is unavailable at this time");
});

test("the role of ECS, new in an account, and a database at work are waited for", async () => {
  await lab.database();
  await lab.serve(await lab.define("tracking-server", "3.17.1"));
  const once = new Set<string>();
  const message = "Unable to assume the service linked role. Please verify that it exists.";
  const busy = `<ErrorResponse><Error><Type>Sender</Type><Code>InvalidDBInstanceState</Code><Message>busy</Message></Error></ErrorResponse>`;
  proxy.clear({
    instead: ({ operation }) => {
      if (once.has(operation)) return undefined;
      once.add(operation);
      if (operation === "CreateDBSnapshot") return { status: 400, body: busy };
      if (operation !== "RunTask") return undefined;
      return { status: 400, body: { __type: "InvalidParameterException", message } };
    },
  });
  const { exitCode, all } = await migrate({ database: lab.cluster });
  expect(all).toContain("the database is busy");
  expect(all).toContain("waits for the role of ECS");
  expect(exitCode).toBe(0);
});

test("credentials that AWS does not know are wrong input", async () => {
  const body = { __type: "UnrecognizedClientException", message: "The security token is invalid." };
  proxy.clear({ instead: () => ({ status: 400, body }) });
  const { exitCode, all } = await migrate();
  expect(exitCode).toBe(2);
  expect(all).toMatch(/^AWS credentials: must be of an account; AWS does not know this access key/);
});

test("without any credentials the ways to give some are told", async () => {
  const { AWS_ACCESS_KEY_ID: _, AWS_SECRET_ACCESS_KEY: __, ...environment } = proxy.environment;
  const input = { region: "eu-central-1", cluster: "c", service: "s", taskDefinition: "t" };
  const { exitCode, all } = await program.run("start", { ...input, logGroup: "l" }, environment);
  expect(exitCode).toBe(2);
  expect(all).toContain("AWS credentials: must be there; Could not load credentials");
});

test("every problem of an input is told at once", async () => {
  const { exitCode, all } = await program.run("migrate", { region: "" }, {});
  expect(exitCode).toBe(2);
  expect(all).toContain("MLSTACK_JOB.cluster: ");
  expect(all).toContain("MLSTACK_JOB.subnets: ");
});
