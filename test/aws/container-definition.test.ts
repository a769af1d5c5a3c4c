import { describe, expect, test } from "vitest";
import {
  renderContainerDefinition,
  temporaryPaths,
  type ContainerDefinition,
  type ContainerDefinitionOptions,
} from "../../constructs/aws/container-definition.js";
import {
  containerResolver,
  literal,
  planContainers,
  resolveDeployment,
  secretFile,
  type ContainerRole,
  type ContainerSpec,
} from "../../constructs/mlflow/index.js";
import { awsCases, awsProps } from "../helpers/aws/cases.js";
import { applyTemplate } from "../helpers/aws/fargate-task.js";
import { awsGolden } from "../helpers/aws/golden.js";

function planned(role: ContainerRole): ContainerSpec {
  const found = planContainers(resolveDeployment(awsProps())).containers.find(
    (container) => container.role === role,
  );
  if (!found) throw new Error(`no ${role} in the plan`);
  return found;
}

const options: ContainerDefinitionOptions = {
  image: "registry.example/tracking-server:1",
  region: "eu-central-1",
  logGroup: "/mlflow-stacks/mlflow",
  resolver: { ...containerResolver((text) => text), address: () => "database.example" },
  referenceOf: (name) => `arn:${name}`,
};

const rendered = (change: Partial<ContainerSpec> = {}, more: object = {}): ContainerDefinition =>
  renderContainerDefinition({ ...planned("tracking-server"), ...change }, { ...options, ...more });

const variable = ({ environment }: ContainerDefinition, wanted: string) =>
  environment.find(({ name }) => name === wanted)?.value;

describe("a definition has", () => {
  test("a secret by reference, under the name without _FILE", () => {
    const environment = { PGPASSWORD_FILE: secretFile("MLFLOW_DB_PASSWORD") };
    const { secrets, environment: plain } = rendered({ environment });
    expect(secrets).toStrictEqual([{ name: "PGPASSWORD", valueFrom: "arn:MLFLOW_DB_PASSWORD" }]);
    expect(plain).toStrictEqual([]);
  });

  test("the other variables in the order of their names, the target's own last", () => {
    const environment = { B: literal("2"), A: literal("1") };
    const { environment: plain } = rendered({ environment }, { environment: { B: "3", AA: "4" } });
    expect(plain).toStrictEqual([
      { name: "A", value: "1" },
      { name: "B", value: "3" },
      { name: "AA", value: "4" },
    ]);
  });

  test("the database's address in place of the role's name", () => {
    expect(variable(rendered(), "MLFLOW_BACKEND_STORE_URI")).toBe(
      "postgresql+psycopg2://mlflow@database.example:5432/mlflow",
    );
  });

  test("a volume for temporary files, of the server and of a job, and none for secrets", () => {
    expect(temporaryPaths(planned("tracking-server"))).toStrictEqual([
      { volume: "tracking-server-tmp", path: "/tmp" },
    ]);
    expect(temporaryPaths(planned("db-upgrade"))).toStrictEqual([
      { volume: "db-upgrade-tmp", path: "/tmp" },
    ]);
  });

  test("no port and no health check where the plan has none", () => {
    const { portMappings, healthCheck } = renderContainerDefinition(planned("db-upgrade"), options);
    expect(portMappings).toStrictEqual([]);
    expect(healthCheck).toBeUndefined();
  });

  test("the logs of each container under its own name", () => {
    expect(rendered().logConfiguration).toStrictEqual({
      logDriver: "awslogs",
      options: {
        "awslogs-group": "/mlflow-stacks/mlflow",
        "awslogs-region": "eu-central-1",
        "awslogs-stream-prefix": "tracking-server",
      },
    });
  });

  test("a health check within what ECS takes", () => {
    const check = { command: ["a"], intervalSeconds: 1, timeoutSeconds: 1, retries: 99 };
    const { healthCheck } = rendered({ healthCheck: { ...check, startPeriodSeconds: 999 } });
    expect(healthCheck).toStrictEqual({
      command: ["CMD", "a"],
      interval: 5,
      timeout: 2,
      retries: 10,
      startPeriod: 300,
    });
  });

  test("no text around a secret, which ECS has no words for", () => {
    const around = { URI_FILE: [...literal("/x/"), ...secretFile("POSTGRES_PASSWORD")] };
    const spelled = { URI: secretFile("POSTGRES_PASSWORD") };
    for (const environment of [around, spelled]) {
      expect(() => rendered({ environment })).toThrow("bug: ECS can't hand over URI");
    }
  });
});

/** @see https://docs.aws.amazon.com/AmazonECS/latest/developerguide/fargate-tasks-services.html */
describe.each(awsCases.filter(({ target }) => target.shape === "managed"))(
  "every task of the golden $name is one that Fargate takes:",
  ({ name }) => {
    const tasks = Object.values(awsGolden(name).resource["aws_ecs_task_definition"] ?? {});
    const definitions = tasks.flatMap((task) => {
      const text = String(task["container_definitions"]).replaceAll(/\$\{[^}]*\}/g, "reference");
      return JSON.parse(applyTemplate(text, {})) as ContainerDefinition[];
    });

    test("its own network, a known size and disk", () => {
      expect(tasks.length).toBe(2);
      for (const task of tasks) {
        expect(task["network_mode"]).toBe("awsvpc");
        expect(task["requires_compatibilities"]).toStrictEqual(["FARGATE"]);
        expect(task["ephemeral_storage"].size_in_gib).toBeGreaterThanOrEqual(21);
        expect(task["ephemeral_storage"].size_in_gib).toBeLessThanOrEqual(200);
        for (const volume of task["volume"]) expect(Object.keys(volume)).toStrictEqual(["name"]);
      }
    });

    test("no field that it refuses, and limits within its own", () => {
      for (const definition of definitions) {
        expect(Object.keys(definition.linuxParameters)).toStrictEqual(["capabilities"]);
        expect(definition.linuxParameters.capabilities).toStrictEqual({ drop: ["ALL"] });
        expect(definition.ulimits.map((limit) => limit.name)).toStrictEqual(["nofile"]);
        expect(definition.stopTimeout).toBeLessThanOrEqual(120);
        for (const { hostPort, containerPort } of definition.portMappings) {
          expect(hostPort).toBe(containerPort);
        }
        for (const field of ["privileged", "dockerSecurityOptions", "extraHosts", "links"]) {
          expect(definition).not.toHaveProperty(field);
        }
      }
    });

    test("each variable once, whether plain or secret", () => {
      for (const { environment, secrets } of definitions) {
        const names = [...environment, ...secrets].map((entry) => entry.name);
        expect(new Set(names).size).toBe(names.length);
        expect(environment.filter(({ value }) => value === "")).toStrictEqual([]);
      }
    });

    test("each mounted volume is one of the task", () => {
      const volumes = tasks.flatMap((task) => task["volume"] as { name: string }[]);
      const mounted = definitions.flatMap(({ mountPoints }) => mountPoints);
      expect(mounted.map(({ sourceVolume }) => sourceVolume).sort()).toStrictEqual(
        volumes.map((volume) => volume.name).sort(),
      );
    });
  },
);
