import { describe, expect, test } from "vitest";
import {
  requireTarget,
  resolveDeployment,
  targetTable,
  type Target,
  type MlflowDeploymentProps,
} from "../../constructs/mlflow/index.js";
import {
  localhostDatabase,
  localhostFiles,
  messageOf,
  remoteServer,
} from "../helpers/deployments.js";

const refusedBy = (target: Target, props: MlflowDeploymentProps) =>
  messageOf(() => requireTarget(resolveDeployment(props), target));

test.each(["compose", "docker"] as const)("%s runs every kind of every store", (target) => {
  const supports = Object.values(targetTable).flatMap((kinds) =>
    Object.values(kinds).map((support) => support[target]),
  );
  expect(new Set(supports)).toStrictEqual(new Set(["runs"]));
});

test("the localhost topologies run as a process", () => {
  expect(refusedBy("process", localhostFiles())).toBe("(accepted)");
  expect(refusedBy("process", localhostDatabase())).toBe("(accepted)");
});

test("a store with a container of its own does not", () => {
  expect(refusedBy("process", localhostDatabase({ backendStore: { kind: "postgres" } }))).toBe(
    'backendStore.kind: "postgres" runs in a container of its own; use --runtime docker, or another kind',
  );
});

test("remote-server needs Docker and says why", () => {
  expect(refusedBy("process", remoteServer())).toBe(
    'topology: "remote-server" needs Docker, because several people depend on it and PostgreSQL runs beside it; install Docker, or use "localhost-database"',
  );
});

describe.each(["aws-managed", "aws-host"] as const)("%s", (target) => {
  const s3 = { kind: "s3", bucket: "mlflow" } as const;
  const s3Instead =
    'has no place beside Amazon\'s own S3; use { kind: "s3", bucket }, which is made for you';

  test("runs PostgreSQL or a database of the user's, and S3", () => {
    expect(refusedBy(target, remoteServer({ artifactStore: s3 }))).toBe("(accepted)");
    const external = { kind: "external" } as const;
    const props = remoteServer({ artifactStore: s3, backendStore: external });
    expect(refusedBy(target, props)).toBe("(accepted)");
  });

  test("has no place for another store that speaks S3", () => {
    expect(refusedBy(target, remoteServer())).toBe(`artifactStore.kind: "rustfs" ${s3Instead}`);
    const compatible = { kind: "s3-compatible", bucket: "mlflow", endpoint: "http://x:9" } as const;
    expect(refusedBy(target, remoteServer({ artifactStore: compatible }))).toBe(
      `artifactStore.kind: "s3-compatible" ${s3Instead}`,
    );
  });

  test("is for several people", () => {
    expect(refusedBy(target, localhostFiles())).toBe(
      [
        'topology: must be "remote-server" on AWS, because it is for several people; got "localhost-files"',
        'backendStore.kind: "file" is on the disk of one machine; use the topology "remote-server" with "postgres"',
        'artifactStore.kind: "local" is on the disk of one machine; use { kind: "s3", bucket }, which is made for you',
      ].join("\n"),
    );
  });
});
