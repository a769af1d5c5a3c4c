import { describe, expect, test } from "vitest";
import {
  renderContainerDefinition,
  temporaryPaths,
} from "../../constructs/aws/container-definition.js";
import { propsForAws } from "../../constructs/aws/index.js";
import {
  containerResolver,
  planContainers,
  resolveDeployment,
  type ContainerSpec,
  type MlflowDeploymentProps,
} from "../../constructs/mlflow/index.js";
import { awsProps, managedTarget } from "../helpers/aws/cases.js";

function containerOf(role: string, props: Partial<MlflowDeploymentProps> = {}): ContainerSpec {
  const deployment = resolveDeployment(propsForAws(awsProps(props), managedTarget()));
  const found = planContainers(deployment).containers.find((each) => each.role === role);
  if (!found) throw new Error(`no ${role}`);
  return found;
}

const render = (container: ContainerSpec) =>
  renderContainerDefinition(container, {
    image: "repository:tag",
    region: "eu-central-1",
    logGroup: "/group",
    resolver: {
      ...containerResolver((text) => text.replaceAll("${", () => "$${")),
      address: (role) => `${role}.example.com`,
    },
    referenceOf: (name) => `arn:${name}`,
    environment: { OF_THE_TARGET: "1" },
  });

describe("the tracking server", () => {
  const definition = render(containerOf("tracking-server"));
  const names = (list: readonly { readonly name: string }[]) => list.map(({ name }) => name);

  test("gets as a variable what the plan has as a file", () => {
    expect(definition.secrets).toContainEqual({
      name: "PGPASSWORD",
      valueFrom: "arn:MLFLOW_DB_PASSWORD",
    });
    expect(names(definition.secrets).filter((name) => name.endsWith("_FILE"))).toStrictEqual([]);
    expect(names(definition.environment).filter((name) => name.endsWith("_FILE"))).toStrictEqual(
      [],
    );
  });

  test("has no variable twice, and no key of AWS", () => {
    const all = [...names(definition.environment), ...names(definition.secrets)];
    expect(new Set(all).size).toBe(all.length);
    expect(all.filter((name) => /^AWS_(ACCESS|SECRET)/.test(name))).toStrictEqual([]);
    expect(all).toContain("OF_THE_TARGET");
  });

  test("finds the database by its address, without a password", () => {
    expect(definition.environment).toContainEqual({
      name: "MLFLOW_BACKEND_STORE_URI",
      value: "postgresql+psycopg2://mlflow@backend-store.example.com:5432/mlflow",
    });
  });

  test("writes to a volume of its own where the plan has memory", () => {
    expect(definition.mountPoints).toStrictEqual([
      { sourceVolume: "tracking-server-tmp", containerPath: "/tmp", readOnly: false },
    ]);
  });

  test("is checked as often as ECS can", () => {
    const { healthCheck } = definition;
    expect(healthCheck?.command[0]).toBe("CMD");
    expect(healthCheck?.interval).toBeGreaterThanOrEqual(5);
    expect(healthCheck?.retries).toBeLessThanOrEqual(10);
    expect(healthCheck?.startPeriod).toBeLessThanOrEqual(300);
  });

  test("has what ECS would fill in, so that Terraform sees no change", () => {
    expect(definition).toMatchObject({ essential: true, volumesFrom: [], systemControls: [] });
    expect(definition.portMappings).toStrictEqual([
      { containerPort: 5000, hostPort: 5000, protocol: "tcp" },
    ]);
  });
});

test("the migration has both passwords, no port and no health check", () => {
  const definition = render(containerOf("db-upgrade"));
  const secrets = definition.secrets.map(({ name }) => name);
  expect(secrets).toStrictEqual(["PGPASSWORD", "POSTGRES_PASSWORD"]);
  expect(definition.portMappings).toStrictEqual([]);
  expect(definition).not.toHaveProperty("healthCheck");
});

test("texts of the user's are escaped in commands, too", () => {
  const container = { ...containerOf("tracking-server"), command: ["run", "${x}"] };
  expect(render(container).command).toStrictEqual(["run", "$${x}"]);
});

test("a volume of the host's is a mistake of this project", () => {
  const container = containerOf("tracking-server");
  const source = { kind: "directory", path: "/srv" } as never;
  const mounts = [{ source, path: "/data", readOnly: false }] as never;
  expect(() => temporaryPaths({ ...container, mounts })).toThrow(/^bug: a task has no directory/);
});
