import { describe, expect, test } from "vitest";
import {
  planContainers,
  resolveDeployment,
  resolveEnvValue,
  type ContainerRole,
  type EnvResolver,
  type MlflowDeploymentProps,
} from "../../constructs/mlflow/index.js";
import { localhostDatabase, localhostFiles, remoteServer } from "../helpers/deployments.js";

/** Shows which part of a value a target decides on. */
const shown: EnvResolver = {
  literal: (text) => text,
  secretFile: (name) => `<file ${name}>`,
  address: (role) => `<${role}>`,
  dataPath: (path, form) => `<${form} ${path}>`,
  listen: (part) => `<${part}>`,
};

function environment(props: MlflowDeploymentProps, role: ContainerRole = "tracking-server") {
  const found = planContainers(resolveDeployment(props)).containers.find(
    (container) => container.role === role,
  );
  return Object.fromEntries(
    Object.entries(found?.environment ?? {}).map(([name, value]) => [
      name,
      resolveEnvValue(value, shown),
    ]),
  );
}

test("plain files need nothing but their directory", () => {
  expect(environment(localhostFiles())).toStrictEqual({
    MLFLOW_HOST: "<host>",
    MLFLOW_PORT: "<port>",
    MLFLOW_WORKERS: "1",
    MLFLOW_SERVER_ALLOWED_HOSTS:
      "127.0.0.1,127.0.0.1:*,localhost,localhost:*,tracking-server,tracking-server:*",
    MLFLOW_SERVER_CORS_ALLOWED_ORIGINS: "http://127.0.0.1:5000,http://localhost:5000",
    MLFLOW_SERVER_ENABLE_JOB_EXECUTION: "false",
    MLFLOW_ALLOW_PICKLE_DESERIALIZATION: "false",
    MLFLOW_DISABLE_TELEMETRY: "true",
    MLFLOW_SQLALCHEMYSTORE_POOL_SIZE: "3",
    MLFLOW_SQLALCHEMYSTORE_MAX_OVERFLOW: "5",
    MALLOC_ARENA_MAX: "2",
    GIT_PYTHON_REFRESH: "quiet",
    MLFLOW_BACKEND_STORE_URI: "<file-uri mlruns>",
    MLFLOW_ALLOW_FILE_STORE: "true",
    MLFLOW_ARTIFACTS_DESTINATION: "<file-uri artifacts>",
    TMPDIR: "/tmp",
    MLFLOW_STACKS_OWN_TMPDIR: "true",
  });
});

test("SQLite is a file of the data directory", () => {
  expect(environment(localhostDatabase())).toMatchObject({
    MLFLOW_BACKEND_STORE_URI: "<sqlite-uri mlflow.db>",
    MLFLOW_CRYPTO_KEK_PASSPHRASE_FILE: "<file MLFLOW_CRYPTO_KEK_PASSPHRASE>",
  });
});

test("PostgreSQL's URI holds no password", () => {
  expect(environment(remoteServer())).toMatchObject({
    MLFLOW_BACKEND_STORE_URI: "postgresql+psycopg2://mlflow@<backend-store>:5432/mlflow",
    PGPASSWORD_FILE: "<file MLFLOW_DB_PASSWORD>",
  });
});

test("a database of the user's own is a secret as a whole", () => {
  const variables = environment(remoteServer({ backendStore: { kind: "external" } }));
  expect(variables).toMatchObject({
    MLFLOW_BACKEND_STORE_URI_FILE: "<file MLFLOW_BACKEND_STORE_URI>",
  });
  expect(variables).not.toHaveProperty("MLFLOW_BACKEND_STORE_URI");
});

test("the public URLs decide which names and origins get in", () => {
  const publicUrls = ["https://mlflow.example.com", "http://[fd00::20]:5000"];
  expect(environment(remoteServer({ trackingServer: { publicUrls } }))).toMatchObject({
    MLFLOW_SERVER_ALLOWED_HOSTS:
      "mlflow.example.com,mlflow.example.com:*,[fd00::20],[fd00::20]:5000,localhost,localhost:*,127.0.0.1,127.0.0.1:*,tracking-server,tracking-server:*",
    MLFLOW_SERVER_CORS_ALLOWED_ORIGINS: "https://mlflow.example.com,http://[fd00::20]:5000",
  });
});

describe("the artifact store's variables", () => {
  const artifacts = (props: MlflowDeploymentProps["artifactStore"] & object) =>
    Object.fromEntries(
      Object.entries(environment(remoteServer({ artifactStore: props }))).filter(([name]) =>
        /^(AWS|MLFLOW_ARTIFACTS|MLFLOW_S3)_/.test(name),
      ),
    );

  const keys = {
    AWS_ACCESS_KEY_ID_FILE: "<file AWS_ACCESS_KEY_ID>",
    AWS_SECRET_ACCESS_KEY_FILE: "<file AWS_SECRET_ACCESS_KEY>",
  };

  test("name bucket, prefix, region and keys on S3", () => {
    expect(
      artifacts({ kind: "s3", bucket: "b-1", prefix: "team/a", region: "eu-central-1" }),
    ).toStrictEqual({
      MLFLOW_ARTIFACTS_DESTINATION: "s3://b-1/team/a",
      AWS_DEFAULT_REGION: "eu-central-1",
      ...keys,
    });
  });

  test("hold no key where the machine has a role", () => {
    expect(artifacts({ kind: "s3", bucket: "b-1", credentials: "ambient" })).toStrictEqual({
      MLFLOW_ARTIFACTS_DESTINATION: "s3://b-1",
      AWS_DEFAULT_REGION: "us-east-1",
    });
  });

  test("name the endpoint elsewhere", () => {
    expect(
      artifacts({ kind: "s3-compatible", bucket: "b-1", endpoint: "https://x" }),
    ).toMatchObject({ MLFLOW_S3_ENDPOINT_URL: "https://x", ...keys });
    expect(artifacts({ kind: "rustfs" })).toMatchObject({
      MLFLOW_S3_ENDPOINT_URL: "http://<artifact-store>:9000",
      AWS_ACCESS_KEY_ID_FILE: "<file MLFLOW_RUSTFS_ACCESS_KEY>",
      AWS_SECRET_ACCESS_KEY_FILE: "<file MLFLOW_RUSTFS_SECRET_KEY>",
    });
  });
});

test("only the jobs have the stores' own keys", () => {
  expect(environment(remoteServer(), "bucket-init")).toHaveProperty("RUSTFS_SECRET_KEY_FILE");
  expect(environment(remoteServer(), "db-upgrade")).toHaveProperty("POSTGRES_PASSWORD_FILE");
  const server = Object.keys(environment(remoteServer())).join(" ");
  expect(server).not.toMatch(/RUSTFS|POSTGRES/);
});
