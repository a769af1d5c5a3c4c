import { describe, expect, test } from "vitest";
import {
  ConfigError,
  deploymentSecret,
  resolveDeployment,
  type MlflowDeploymentProps,
} from "../../constructs/mlflow/index.js";
import {
  localhostDatabase,
  localhostFiles,
  refusal,
  remoteServer,
} from "../helpers/deployments.js";

const secretsOf = (props: MlflowDeploymentProps) =>
  resolveDeployment(props).secrets.map(({ name, generate }) => `${name} ${generate}`);

test("a topology alone is a whole deployment", () => {
  expect(resolveDeployment({ topology: "localhost-files" })).toStrictEqual({
    topology: "localhost-files",
    name: "mlflow-localhost-files",
    profile: "n100",
    trackingServer: {
      version: "3.17.2",
      bindAddress: "127.0.0.1",
      port: 5000,
      publicUrls: ["http://127.0.0.1:5000", "http://localhost:5000"],
      login: undefined,
      workers: 1,
      dataDirectory: undefined,
      user: "10000:10000",
    },
    backendStore: { kind: "file" },
    artifactStore: { kind: "local" },
    bucketInit: false,
    secrets: [],
  });
});

describe("secrets are those that the stores and the login need", () => {
  test("in the order of .env", () => {
    expect(secretsOf(remoteServer())).toStrictEqual([
      "POSTGRES_PASSWORD 32",
      "MLFLOW_DB_PASSWORD 32",
      "RUSTFS_ACCESS_KEY 20",
      "RUSTFS_SECRET_KEY 32",
      "MLFLOW_RUSTFS_ACCESS_KEY 20",
      "MLFLOW_RUSTFS_SECRET_KEY 32",
      "MLFLOW_AUTH_ADMIN_PASSWORD 32",
      "MLFLOW_FLASK_SERVER_SECRET_KEY 32",
      "MLFLOW_CRYPTO_KEK_PASSPHRASE 32",
    ]);
  });

  test("none for plain files, one for SQLite", () => {
    expect(secretsOf(localhostFiles())).toStrictEqual([]);
    expect(secretsOf(localhostDatabase())).toStrictEqual(["MLFLOW_CRYPTO_KEK_PASSPHRASE 32"]);
  });

  test("and are the user's own where the service is", () => {
    const props = remoteServer({
      trackingServer: { login: false },
      backendStore: { kind: "external" },
      artifactStore: { kind: "s3", bucket: "mlflow" },
    });
    expect(secretsOf(props)).toStrictEqual([
      "MLFLOW_BACKEND_STORE_URI 0",
      "AWS_ACCESS_KEY_ID 0",
      "AWS_SECRET_ACCESS_KEY 0",
      "MLFLOW_CRYPTO_KEK_PASSPHRASE 32",
    ]);
  });

  test("with no key for a machine that has a role", () => {
    const artifactStore = { kind: "s3", bucket: "mlflow", credentials: "ambient" } as const;
    expect(secretsOf(remoteServer({ artifactStore }))).not.toContain("AWS_ACCESS_KEY_ID 0");
  });

  test("and cannot be made up for somebody else's service", () => {
    expect(deploymentSecret("AWS_ACCESS_KEY_ID").generate).toBe(0);
  });
});

describe("wrong input", () => {
  test("is listed in the order of the props, all of it at once", () => {
    const message = refusal({
      name: "My Stack",
      profile: "huge",
      trackingServer: { port: 0, publicUrls: ["http://x"], workers: 99 },
      artifactStore: { kind: "s3", bucket: "X" },
    });
    expect(message).toBe(
      [
        'name: must be 1 to 63 characters of a-z 0-9 - _ and begin with a letter or digit; got "My Stack"',
        'profile: must be "n100" or "small" or "medium"; got "huge"',
        'trackingServer.port: must be a whole number from 1 to 65535; got "0"',
        'trackingServer.workers: must be a whole number from 1 to 32; got "99"',
        'artifactStore.bucket: must be 3 to 63 characters of a-z, 0-9, "-" and ".", begin and end with a letter or digit, have no two dots together and be no IP address; got "X"',
      ].join("\n"),
    );
  });

  test("has its problems as data too", () => {
    const error = new ConfigError([{ path: "name", problem: "must be short" }]);
    expect(error.problems).toStrictEqual([{ path: "name", problem: "must be short" }]);
    expect(error.message).toBe("name: must be short");
  });

  test("an unknown topology stands alone, because nothing else can be judged", () => {
    expect(refusal({ topology: "cloud", name: "My Stack" })).toBe(
      'topology: must be "localhost-files" or "localhost-database" or "remote-server"; got "cloud"',
    );
  });

  test("a login on plain files is refused", () => {
    expect(refusal({ trackingServer: { login: true } }, localhostFiles())).toBe(
      'trackingServer.login: must be false with backendStore.kind "file", which has no place for users; use the topology "localhost-database"',
    );
  });

  test("a second worker on SQLite is refused", () => {
    expect(refusal({ trackingServer: { workers: 2 } }, localhostDatabase())).toBe(
      'trackingServer.workers: must be 1 with backendStore.kind "sqlite", which has one writer; got "2"',
    );
  });

  test("a data directory that nothing would use is refused", () => {
    const dataDirectory = { style: "posix", path: "/srv/x" };
    expect(refusal({ trackingServer: { dataDirectory } })).toBe(
      "trackingServer.dataDirectory: must not be given when both stores keep their data elsewhere",
    );
  });
});

test("workers that do not fit into the profile's memory are refused", () => {
  expect(refusal({ trackingServer: { workers: 6 } })).toBe(
    'trackingServer.workers: must be 5 or fewer with the profile "n100", whose tracking server has 1536 MiB; got "6"',
  );
});
