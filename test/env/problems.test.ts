import { describe, expect, test } from "vitest";
import type { Topology } from "../../constructs/mlflow/index.js";
import { loadDeployment } from "../../env/load.js";
import { messageOf } from "../helpers/deployments.js";
import { linux, windows } from "./machines.js";

type Variables = Readonly<Record<string, string>>;

const refusal = (topology: Topology, variables: Variables, machine = linux): string =>
  messageOf(() => loadDeployment(topology, variables, machine));

test("every problem is in one list, under the names that were typed", () => {
  const variables = {
    MLFLOW_PROT: "5001",
    MLSTACK_PROFILE: "N100",
    MLSTACK_NAME: "My MLflow",
    MLFLOW_HOST: "localhost",
    MLFLOW_PORT: "70000",
    MLSTACK_PUBLIC_URLS: "https://a.example.com,b.example.com",
    MLFLOW_WORKERS: "0",
    MLFLOW_AUTH_ADMIN_USERNAME: "the boss",
    MLSTACK_POSTGRES_IMAGE: "postgres:17",
    MLFLOW_ARTIFACTS_DESTINATION: "s3://My_Bucket/a b",
    MLFLOW_S3_ENDPOINT_URL: "minio:9000",
    AWS_DEFAULT_REGION: "Frankfurt (Main)",
  };
  expect(refusal("remote-server", variables).split("\n")).toStrictEqual([
    'MLSTACK_PROFILE: must be "n100" or "small" or "medium"; got "N100"',
    "MLFLOW_PROT: is not a variable of mlflow-stacks; remove it, or correct its name",
    'MLSTACK_NAME: must be 1 to 63 characters of a-z 0-9 - _ and begin with a letter or digit; got "My MLflow"',
    'MLFLOW_AUTH_ADMIN_USERNAME: must be 1 to 64 characters of A-Z a-z 0-9 . _ @ -; got "the boss"',
    'MLFLOW_HOST: must be an IP address of the host; got "localhost"',
    'MLFLOW_PORT: must be a whole number from 1 to 65535; got "70000"',
    'MLSTACK_PUBLIC_URLS: must be "http://" or "https://" and a host, without a path or a wildcard; got "b.example.com"',
    'MLFLOW_WORKERS: must be a whole number from 1 to 32; got "0"',
    'MLSTACK_POSTGRES_IMAGE: must be PostgreSQL 18, whose volume has another layout than older ones; got "postgres:17"',
    'MLFLOW_S3_ENDPOINT_URL: must be "http://" or "https://" and a host, without a path; got "minio:9000"',
    'MLFLOW_ARTIFACTS_DESTINATION: must be 3 to 63 characters of a-z, 0-9, "-" and ".", begin and end with a letter or digit, have no two dots together and be no IP address; got "My_Bucket"',
    'MLFLOW_ARTIFACTS_DESTINATION: must be names of A-Z a-z 0-9 ! _ . \' ( ) - joined by "/", without "/" at its ends; got "a b"',
    'AWS_DEFAULT_REGION: must be a region such as "eu-central-1"; got "Frankfurt (Main)"',
  ]);
});

const notKnown = "is not a variable of mlflow-stacks; remove it, or correct its name";

describe("a variable that nothing reads is refused", () => {
  test.each([
    ["MLFLOW_PROT", "5000"],
    ["MLFLOW_PROT", ""],
    ["mlflow_port", "5000"],
    ["constructor", "x"],
    ["__proto__", "x"],
  ])("%s=%s", (name, value) => {
    const variables = Object.fromEntries([[name, value]]);
    expect(refusal("localhost-files", variables)).toBe(`${name}: ${notKnown}`);
  });
});

describe("one wrong value is named with what would be right", () => {
  test.each<[Topology, Variables, string]>([
    ["localhost-files", { MLFLOW_PORT: "5k" }, 'MLFLOW_PORT: must be a whole number; got "5k"'],
    ["localhost-files", { MLFLOW_PORT: "-1" }, 'MLFLOW_PORT: must be a whole number; got "-1"'],
    [
      "localhost-database",
      { MLSTACK_LOGIN: "yes", MLFLOW_AUTH_ADMIN_USERNAME: "ops" },
      'MLSTACK_LOGIN: must be "true" or "false"; got "yes"',
    ],
    [
      "remote-server",
      { MLSTACK_RUNTIME: "podman" },
      'MLSTACK_RUNTIME: must be "auto" or "docker" or "process"; got "podman"',
    ],
    [
      "remote-server",
      { MLSTACK_ARTIFACT_STORE: "S3", MLFLOW_ARTIFACTS_DESTINATION: "s3://a-bucket" },
      'MLSTACK_ARTIFACT_STORE: must be "local" or "rustfs" or "s3" or "s3-compatible"; got "S3"',
    ],
    [
      "localhost-files",
      { MLFLOW_HOST: "0.0.0.0", MLSTACK_PUBLIC_URLS: "http://n100.lan:5000" },
      'MLFLOW_HOST: must be a loopback address, because "localhost-files" has no login; got "0.0.0.0"; use the topology "remote-server"',
    ],
    [
      "remote-server",
      { MLSTACK_LOGIN: "false", MLFLOW_HOST: "192.168.1.20" },
      'MLFLOW_HOST: must be a loopback address while MLSTACK_LOGIN is false; got "192.168.1.20"',
    ],
    [
      "localhost-database",
      { MLFLOW_AUTH_ADMIN_USERNAME: "ops" },
      "MLFLOW_AUTH_ADMIN_USERNAME: must not be set without a login; set MLSTACK_LOGIN=true, or remove it",
    ],
    [
      "localhost-files",
      { MLSTACK_LOGIN: "true" },
      'MLSTACK_LOGIN: must be false with MLSTACK_BACKEND_STORE "file", which has no place for users; use the topology "localhost-database"',
    ],
    [
      "localhost-database",
      { MLFLOW_WORKERS: "2" },
      'MLFLOW_WORKERS: must be 1 with MLSTACK_BACKEND_STORE "sqlite", which has one writer; got "2"',
    ],
    [
      "remote-server",
      { MLSTACK_DATA_DIRECTORY: "/srv/ml" },
      "MLSTACK_DATA_DIRECTORY: must not be given when both stores keep their data elsewhere",
    ],
    [
      "remote-server",
      { MLFLOW_AUTH_ADMIN_PASSWORD: "two\nlines" },
      "MLFLOW_AUTH_ADMIN_PASSWORD: must be one line without control characters",
    ],
  ])("%s %j", (topology, variables, message) => {
    expect(refusal(topology, variables)).toBe(message);
  });
});

describe("the backend store and its URI must agree", () => {
  const forms = '"postgresql+psycopg2://" or "mysql+pymysql://", "sqlite:///" or a folder' as const;
  test.each<[Topology, Variables, string]>([
    [
      "remote-server",
      { MLFLOW_BACKEND_STORE_URI: "postgresql://u:p@h/db" },
      'must name the driver that the image has; begins with "postgresql://"; use "postgresql+psycopg2://"',
    ],
    [
      "remote-server",
      { MLFLOW_BACKEND_STORE_URI: "postgres://u:p@h/db" },
      'must name the driver that the image has; begins with "postgres://"; use "postgresql+psycopg2://"',
    ],
    [
      "remote-server",
      { MLFLOW_BACKEND_STORE_URI: "mysql+mysqldb://u:p@h/db" },
      'must name the driver that the image has; begins with "mysql+mysqldb://"; use "mysql+pymysql://"',
    ],
    [
      "remote-server",
      { MLFLOW_BACKEND_STORE_URI: "PostgreSQL+psycopg2://u:p@h/db" },
      'must name the driver that the image has; begins with "PostgreSQL+psycopg2://"; use "postgresql+psycopg2://"',
    ],
    [
      "remote-server",
      { MLFLOW_BACKEND_STORE_URI: "mssql+pyodbc://u:p@h/db" },
      `must begin with ${forms}; begins with "mssql+pyodbc://"`,
    ],
    [
      "remote-server",
      { MLFLOW_BACKEND_STORE_URI: "//u:p@h/db" },
      `must begin with ${forms}; not shown, as it may hold a password`,
    ],
    [
      "remote-server",
      { MLFLOW_BACKEND_STORE_URI: "sqlite:////srv/ml/mlflow.db" },
      'is for the backend store "sqlite", and "remote-server" takes "postgres" or "external"; remove it, or use another topology',
    ],
    [
      "localhost-database",
      { MLSTACK_BACKEND_STORE: "postgres", MLFLOW_BACKEND_STORE_URI: "sqlite:////srv/mlflow.db" },
      'is for the backend store "sqlite"; remove it, or set MLSTACK_BACKEND_STORE=sqlite',
    ],
    [
      "localhost-database",
      { MLFLOW_BACKEND_STORE_URI: "sqlite://mlflow.db" },
      'must be "sqlite:///" and a path; got "sqlite://mlflow.db"; use "sqlite:////srv/mlflow/mlflow.db"',
    ],
  ])("%s %j", (topology, variables, problem) => {
    expect(refusal(topology, variables)).toBe(`MLFLOW_BACKEND_STORE_URI: ${problem}`);
  });

  test("an image that nothing would run is refused", () => {
    expect(refusal("localhost-database", { MLSTACK_POSTGRES_IMAGE: "postgres:18" })).toBe(
      'MLSTACK_POSTGRES_IMAGE: must not be set with the backend store "sqlite"; remove it',
    );
  });

  test("on Windows the spelling to use has a drive", () => {
    const variables = { MLFLOW_BACKEND_STORE_URI: "sqlite://E:/x/mlflow.db" };
    expect(refusal("localhost-database", variables, windows)).toBe(
      'MLFLOW_BACKEND_STORE_URI: must be "sqlite:///" and a path; got "sqlite://E:/x/mlflow.db"; use "sqlite:///E:/mlflow/mlflow.db"',
    );
  });
});

describe("the artifact store and what belongs to it must agree", () => {
  test.each<[Topology, Variables, string]>([
    [
      "remote-server",
      { MLSTACK_ARTIFACT_STORE: "s3" },
      'MLFLOW_ARTIFACTS_DESTINATION: must be set with the artifact store "s3", such as "s3://my-bucket/mlflow"',
    ],
    [
      "remote-server",
      { MLSTACK_ARTIFACT_STORE: "s3", MLFLOW_ARTIFACTS_DESTINATION: "S3://bucket" },
      'MLFLOW_ARTIFACTS_DESTINATION: must be "s3://" and a bucket, such as "s3://my-bucket/mlflow"; got "S3://bucket"',
    ],
    [
      "remote-server",
      { MLFLOW_ARTIFACTS_DESTINATION: "gs://bucket" },
      'MLFLOW_ARTIFACTS_DESTINATION: must begin with "s3://" or be a folder; begins with "gs://"',
    ],
    [
      "remote-server",
      { MLFLOW_ARTIFACTS_DESTINATION: "/srv/ml/artifacts" },
      'MLFLOW_ARTIFACTS_DESTINATION: is for the artifact store "local", and "remote-server" takes "rustfs" or "s3" or "s3-compatible"; remove it, or use another topology',
    ],
    [
      "localhost-files",
      { MLFLOW_ARTIFACTS_DESTINATION: "s3://bucket" },
      'MLFLOW_ARTIFACTS_DESTINATION: is for the artifact store "s3", and "localhost-files" takes "local"; remove it, or use another topology',
    ],
    [
      "remote-server",
      { MLFLOW_S3_ENDPOINT_URL: "https://minio.example.com" },
      'MLFLOW_S3_ENDPOINT_URL: must not be set with the artifact store "rustfs"; remove it',
    ],
    [
      "remote-server",
      { AWS_DEFAULT_REGION: "eu-central-1" },
      'AWS_DEFAULT_REGION: must not be set with the artifact store "rustfs"; remove it',
    ],
    [
      "remote-server",
      { MLFLOW_ARTIFACTS_DESTINATION: "s3://bucket", MLSTACK_RUSTFS_IMAGE: "rustfs/rustfs:1.0.1" },
      'MLSTACK_RUSTFS_IMAGE: must not be set with the artifact store "s3"; remove it',
    ],
    [
      "localhost-files",
      { MLSTACK_BUCKET_INIT: "false" },
      'MLSTACK_BUCKET_INIT: must not be set with the artifact store "local"; remove it',
    ],
    [
      "remote-server",
      { MLSTACK_BUCKET_INIT: "false" },
      'MLSTACK_BUCKET_INIT: must not be false with MLSTACK_ARTIFACT_STORE "rustfs", whose bucket and key nobody else makes',
    ],
  ])("%s %j", (topology, variables, message) => {
    expect(refusal(topology, variables)).toBe(message);
  });
});
