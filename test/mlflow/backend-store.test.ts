import { expect, test } from "vitest";
import { resolveDeployment, type BackendStoreProps } from "../../constructs/mlflow/index.js";
import {
  localhostDatabase,
  localhostFiles,
  refusal,
  remoteServer,
} from "../helpers/deployments.js";

const resolved = (backendStore: BackendStoreProps) =>
  resolveDeployment(localhostDatabase({ backendStore })).backendStore;

test("each topology has its own default", () => {
  expect(resolveDeployment(localhostFiles()).backendStore).toStrictEqual({ kind: "file" });
  expect(resolveDeployment(localhostDatabase()).backendStore).toStrictEqual({ kind: "sqlite" });
  expect(resolveDeployment(remoteServer()).backendStore).toStrictEqual({
    kind: "postgres",
    image: "postgres:18.6-trixie",
  });
});

test("an external database is PostgreSQL unless told otherwise", () => {
  expect(resolved({ kind: "external" })).toStrictEqual({
    kind: "external",
    driver: "postgresql+psycopg2",
  });
});

test("PostgreSQL may be given by digest", () => {
  const image = `registry.example.com:5000/postgres:18@sha256:${"0".repeat(64)}`;
  expect(resolved({ kind: "postgres", image })).toStrictEqual({ kind: "postgres", image });
});

test("PostgreSQL of another major version is refused", () => {
  expect(refusal({ backendStore: { kind: "postgres", image: "postgres:17.2" } })).toBe(
    'backendStore.image: must be PostgreSQL 18, whose volume has another layout than older ones; got "postgres:17.2"',
  );
});

test("a driver that the image has no client for is refused", () => {
  expect(refusal({ backendStore: { kind: "external", driver: "postgresql" } })).toBe(
    'backendStore.driver: must be "postgresql+psycopg2" or "mysql+pymysql"; got "postgresql"',
  );
});

test("a kind that the topology does not have is refused", () => {
  expect(refusal({ backendStore: { kind: "sqlite" } })).toBe(
    'backendStore.kind: must be "postgres" or "external" in "remote-server"; got "sqlite"',
  );
  expect(refusal({ backendStore: { kind: "sqlite" } }, localhostFiles())).toBe(
    'backendStore.kind: must be "file" in "localhost-files"; got "sqlite"',
  );
});
