import { expect, test } from "vitest";
import {
  requireTarget,
  resolveDeployment,
  targetTable,
  type MlflowDeploymentProps,
} from "../../constructs/mlflow/index.js";
import {
  localhostDatabase,
  localhostFiles,
  messageOf,
  remoteServer,
} from "../helpers/deployments.js";

const refusedBy = (target: "compose" | "process", props: MlflowDeploymentProps) =>
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
