import { describe, expect, test } from "vitest";
import { loadDeployment, type StackSettings } from "../../env/load.js";
import { variableMeta, variableNames } from "../../env/schema.js";
import {
  resolveDeployment,
  secretNames,
  type MlflowDeploymentProps,
} from "../../constructs/mlflow/index.js";
import {
  localhostDatabase,
  localhostFiles,
  messageOf,
  remoteServer,
} from "../helpers/deployments.js";
import { linux } from "./machines.js";

type Case = [
  variables: Readonly<Record<string, string>>,
  props: MlflowDeploymentProps,
  others?: { readonly runtime?: string; readonly secrets?: Readonly<Record<string, string>> },
];

const mariaUri = "mysql+pymysql://mlflow:pw@db.example.com/mlflow";
const postgresUri = "postgresql+psycopg2://mlflow:pw@db.example.com:5432/mlflow";
const data = { style: "posix", path: "/srv/ml" } as const;
const ours = { dataDirectory: data, user: "1000:1000" };
const bucket = "s3://example-mlflow/team/a";

const settings: readonly Case[] = [
  [{}, localhostFiles()],
  [{}, remoteServer()],
  [{ MLSTACK_ENV_FILE: "/home/ann/my.env" }, localhostFiles()],
  [{ MLSTACK_RUNTIME: "process" }, localhostFiles(), { runtime: "process" }],
  [{ MLSTACK_NAME: "ann" }, localhostFiles({ name: "ann" })],
  [{ MLSTACK_PROFILE: "small" }, remoteServer({ profile: "small" })],
  [
    { MLFLOW_HOST: "192.168.1.20" },
    remoteServer({ trackingServer: { bindAddress: "192.168.1.20" } }),
  ],
  [{ MLFLOW_PORT: "5001" }, localhostFiles({ trackingServer: { port: 5001 } })],
  [
    { MLSTACK_PUBLIC_URLS: "https://a.example.com, http://n100.lan:5000" },
    remoteServer({
      trackingServer: { publicUrls: ["https://a.example.com", "http://n100.lan:5000"] },
    }),
  ],
  [{ MLFLOW_WORKERS: "2" }, remoteServer({ trackingServer: { workers: 2 } })],
  [{ MLSTACK_DATA_DIRECTORY: "/srv/ml" }, localhostFiles({ trackingServer: ours })],
  [{ MLSTACK_LOGIN: "false" }, remoteServer({ trackingServer: { login: false } })],
  [{ MLSTACK_LOGIN: "true" }, localhostDatabase({ trackingServer: { login: true } })],
  [
    { MLFLOW_AUTH_ADMIN_USERNAME: "ops", MLSTACK_DEFAULT_PERMISSION: "READ" },
    remoteServer({
      trackingServer: { login: { adminUsername: "ops", defaultPermission: "READ" } },
    }),
  ],
  [
    { MLSTACK_LOGIN: "true", MLFLOW_AUTH_ADMIN_USERNAME: "ops" },
    localhostDatabase({ trackingServer: { login: { adminUsername: "ops" } } }),
  ],
];

const stores: readonly Case[] = [
  [{ MLSTACK_BACKEND_STORE: "file" }, localhostFiles({ backendStore: { kind: "file" } })],
  [
    { MLSTACK_BACKEND_STORE: "postgres", MLSTACK_POSTGRES_IMAGE: "postgres:18.4" },
    localhostDatabase({ backendStore: { kind: "postgres", image: "postgres:18.4" } }),
  ],
  [
    { MLSTACK_POSTGRES_IMAGE: "postgres:18.4" },
    remoteServer({ backendStore: { kind: "postgres", image: "postgres:18.4" } }),
  ],
  [
    { MLFLOW_BACKEND_STORE_URI: postgresUri },
    localhostDatabase({ backendStore: { kind: "external", driver: "postgresql+psycopg2" } }),
    { secrets: { MLFLOW_BACKEND_STORE_URI: postgresUri } },
  ],
  [
    { MLFLOW_BACKEND_STORE_URI: mariaUri, MLSTACK_BACKEND_STORE: "external" },
    remoteServer({ backendStore: { kind: "external", driver: "mysql+pymysql" } }),
    { secrets: { MLFLOW_BACKEND_STORE_URI: mariaUri } },
  ],
  [{ MLFLOW_BACKEND_STORE_URI: "/srv/ml/mlruns" }, localhostFiles({ trackingServer: ours })],
  [
    { MLFLOW_BACKEND_STORE_URI: "sqlite:////srv/ml/mlflow.db" },
    localhostDatabase({ trackingServer: ours }),
  ],
  [{ MLSTACK_ARTIFACT_STORE: "local" }, localhostFiles({ artifactStore: { kind: "local" } })],
  [
    {
      MLFLOW_ARTIFACTS_DESTINATION: "/srv/ml/artifacts",
      MLFLOW_BACKEND_STORE_URI: "file:///srv/ml/mlruns",
    },
    localhostFiles({ trackingServer: ours }),
  ],
  [
    {
      MLSTACK_ARTIFACT_STORE: "rustfs",
      MLFLOW_ARTIFACTS_DESTINATION: bucket,
      MLSTACK_RUSTFS_IMAGE: "rustfs/rustfs:1.0.0",
      MLSTACK_BUCKET_INIT: "true",
    },
    remoteServer({
      artifactStore: {
        kind: "rustfs",
        bucket: "example-mlflow",
        prefix: "team/a",
        image: "rustfs/rustfs:1.0.0",
      },
      bucketInit: true,
    }),
  ],
  [
    {
      MLFLOW_ARTIFACTS_DESTINATION: `${bucket}/`,
      AWS_DEFAULT_REGION: "eu-central-1",
      MLSTACK_S3_CREDENTIALS: "ambient",
    },
    remoteServer({
      artifactStore: {
        kind: "s3",
        bucket: "example-mlflow",
        prefix: "team/a",
        region: "eu-central-1",
        credentials: "ambient",
      },
    }),
  ],
  [
    {
      MLFLOW_ARTIFACTS_DESTINATION: "s3://mlflow",
      MLFLOW_S3_ENDPOINT_URL: "https://minio.example.com:9000",
      AWS_DEFAULT_REGION: "garage",
      MLSTACK_BUCKET_INIT: "true",
    },
    remoteServer({
      artifactStore: {
        kind: "s3-compatible",
        bucket: "mlflow",
        endpoint: "https://minio.example.com:9000",
        region: "garage",
      },
      bucketInit: true,
    }),
  ],
];

const secrets: readonly Case[] = secretNames
  .filter((name) => name !== "MLFLOW_BACKEND_STORE_URI")
  .map((name) => [
    { [name]: "value-of-the-user" },
    remoteServer(),
    { secrets: { [name]: "value-of-the-user" } },
  ]);

const unset = {
  dockerHost: undefined,
  sshJump: undefined,
  sshKey: undefined,
  sshOptions: [],
  state: undefined,
};

/** What only a stack that Terraform makes has. */
const stackSettings: readonly (readonly [
  variables: Readonly<Record<string, string>>,
  stack: Partial<StackSettings>,
])[] = [
  // Which topology it is was read before; here it only has to be one.
  [{ MLSTACK_TOPOLOGY: "remote-server" }, {}],
  [{ MLSTACK_DOCKER_HOST: "ssh://ann@n100.lan" }, { dockerHost: "ssh://ann@n100.lan" }],
  [{ MLSTACK_SSH_JUMP: "gate.example.com" }, { sshJump: "gate.example.com" }],
  [{ MLSTACK_SSH_KEY: "~/.ssh/lab" }, { sshKey: "~/.ssh/lab" }],
  [
    { MLSTACK_SSH_OPTIONS: "LogLevel=ERROR; Compression=yes" },
    { sshOptions: ["LogLevel=ERROR", "Compression=yes"] },
  ],
  [{ MLSTACK_STATE: "pg://mlflow" }, { state: "pg://mlflow" }],
];

describe("variables become the deployment they name", () => {
  test.each<Case>([...settings, ...stores, ...secrets])("%j", (variables, props, others = {}) => {
    expect(loadDeployment(props.topology, variables, linux)).toStrictEqual({
      deployment: resolveDeployment(props),
      runtime: others.runtime ?? "auto",
      secrets: others.secrets ?? {},
      stack: unset,
    });
  });

  test.each(stackSettings)("%j of a stack", (variables, stack) => {
    expect(loadDeployment("remote-server", variables, linux, "stack")).toStrictEqual({
      deployment: resolveDeployment(remoteServer()),
      runtime: "auto",
      secrets: {},
      stack: { ...unset, ...stack },
    });
  });

  test("and every variable of the schema is among these cases", () => {
    const cases = [...settings, ...stores, ...secrets, ...stackSettings];
    const used = cases.flatMap(([variables]) => Object.keys(variables));
    // Those of the stack aws are in aws.test.ts.
    const others = variableNames.filter((name) => variableMeta(name).aws !== true);
    expect(others.filter((name) => !used.includes(name))).toStrictEqual([]);
  });
});

describe("what only the other scope takes is refused with what to do", () => {
  const names = variableNames.filter((name) => variableMeta(name).stack === true);
  const sample = (name: string) => (name === "MLSTACK_TOPOLOGY" ? "remote-server" : "x=y");

  test.each(names)("%s in a folder", (name) => {
    const values = { [name]: sample(name) };
    expect(messageOf(() => loadDeployment("localhost-files", values, linux))).toContain(
      `${name}: is for plan, deploy, destroy and output`,
    );
  });

  test("a process in a stack", () => {
    const values = { MLSTACK_RUNTIME: "process" };
    expect(messageOf(() => loadDeployment("localhost-files", values, linux, "stack"))).toBe(
      'MLSTACK_RUNTIME: must be "docker" or "auto", because Terraform makes containers; got "process"',
    );
    expect(
      loadDeployment("localhost-files", { MLSTACK_RUNTIME: "docker" }, linux, "stack").runtime,
    ).toBe("docker");
  });
});

test("an empty value counts as not set", () => {
  const empty = Object.fromEntries(variableNames.map((name) => [name, ""]));
  expect(loadDeployment("remote-server", empty, linux)).toStrictEqual(
    loadDeployment("remote-server", {}, linux),
  );
});

test("a user without a number of their own gets the image's", () => {
  const { deployment } = loadDeployment(
    "localhost-files",
    { MLSTACK_DATA_DIRECTORY: "/srv/ml" },
    { pathStyle: "posix", directory: "/" },
  );
  expect(deployment.trackingServer.user).toBe("10000:10000");
});
