import { describe, expect, test } from "vitest";
import {
  planContainers,
  resolveDeployment,
  type ContainerRole,
  type ContainerSpec,
  type MlflowDeploymentProps,
} from "../../constructs/mlflow/index.js";
import { localhostDatabase, localhostFiles, remoteServer } from "../helpers/deployments.js";

const planned = (props: MlflowDeploymentProps) => planContainers(resolveDeployment(props));

function container(props: MlflowDeploymentProps, role: ContainerRole): ContainerSpec {
  const found = planned(props).containers.find((candidate) => candidate.role === role);
  if (!found) throw new Error(`no ${role} in the plan`);
  return found;
}

const roles = (props: MlflowDeploymentProps) =>
  planned(props).containers.map(({ role }) => role as string);

describe("a topology runs", () => {
  test("one container for plain files", () => {
    expect(roles(localhostFiles())).toStrictEqual(["tracking-server"]);
  });

  test("jobs before the server for SQLite", () => {
    expect(roles(localhostDatabase())).toStrictEqual([
      "secrets-init",
      "db-upgrade",
      "tracking-server",
    ]);
  });

  test("both stores for remote-server", () => {
    expect(roles(remoteServer())).toStrictEqual([
      "secrets-init",
      "backend-store",
      "artifact-store",
      "bucket-init",
      "db-upgrade",
      "tracking-server",
    ]);
  });

  test("no store that is somebody else's", () => {
    const artifactStore = { kind: "s3", bucket: "mlflow" } as const;
    expect(
      roles(remoteServer({ artifactStore, backendStore: { kind: "external" } })),
    ).toStrictEqual(["secrets-init", "db-upgrade", "tracking-server"]);
  });
});

describe("the image holds the client libraries of", () => {
  const requirements = (props: MlflowDeploymentProps) => planned(props).requirements;

  test("nothing for plain files", () => {
    expect(requirements(localhostFiles())).toStrictEqual(["core"]);
  });

  test("S3, PostgreSQL and the login for remote-server", () => {
    expect(requirements(remoteServer())).toStrictEqual(["core", "s3", "postgres", "login"]);
  });

  test("MySQL where the URI says so", () => {
    const backendStore = { kind: "external", driver: "mysql+pymysql" } as const;
    expect(requirements(localhostDatabase({ backendStore }))).toStrictEqual(["core", "mysql"]);
  });
});

describe("secrets", () => {
  test("reach each container on a volume of its own, and no other", () => {
    const mounted = planned(remoteServer())
      .containers.filter(({ role }) => role !== "secrets-init")
      .map(({ role, mounts }) => [
        role,
        mounts.filter(({ path }) => path === "/run/secrets").map(({ source }) => source),
      ]);
    expect(mounted).toStrictEqual(
      ["backend-store", "artifact-store", "bucket-init", "db-upgrade", "tracking-server"].map(
        (role) => [role, [{ kind: "volume", name: `${role}-secrets` }]],
      ),
    );
  });

  test("of the stores' own administrators stay with the jobs", () => {
    const { command } = container(remoteServer(), "secrets-init");
    const manifest = JSON.parse(command[1] ?? "") as Record<string, string[]>;
    expect(manifest["/secrets/tracking-server"]).toStrictEqual([
      "MLFLOW_DB_PASSWORD",
      "MLFLOW_RUSTFS_ACCESS_KEY",
      "MLFLOW_RUSTFS_SECRET_KEY",
      "MLFLOW_AUTH_ADMIN_PASSWORD",
      "MLFLOW_FLASK_SERVER_SECRET_KEY",
      "MLFLOW_CRYPTO_KEK_PASSPHRASE",
    ]);
    expect(manifest["/secrets/bucket-init"]).toContain("RUSTFS_SECRET_KEY");
    expect(manifest["/secrets/db-upgrade"]).toContain("POSTGRES_PASSWORD");
  });
});

describe("data", () => {
  const dataDirectory = { style: "windows", path: "E:/mlflow" } as const;

  test("is on a volume unless a directory is named", () => {
    const volume = { kind: "volume", name: "tracking-server-data" };
    expect(container(localhostFiles(), "tracking-server").mounts[0]?.source).toStrictEqual(volume);
    expect(
      container(localhostFiles({ trackingServer: { dataDirectory } }), "tracking-server").mounts[0],
    ).toStrictEqual({
      source: { kind: "directory", path: "E:/mlflow" },
      path: "/data",
      readOnly: false,
    });
  });

  test("is shared with the job that upgrades a SQLite file, under the same user", () => {
    const props = localhostDatabase({ trackingServer: { dataDirectory, user: "1000:1000" } });
    const [job, server] = [container(props, "db-upgrade"), container(props, "tracking-server")];
    expect(job.mounts[0]).toStrictEqual(server.mounts[0]);
    expect([job.user, server.user]).toStrictEqual(["1000:1000", "1000:1000"]);
  });
});

describe("networks", () => {
  const networks = (props: MlflowDeploymentProps) =>
    Object.fromEntries(planned(props).containers.map(({ role, networks: list }) => [role, list]));

  test("keep the stores away from everything else", () => {
    expect(networks(remoteServer())).toStrictEqual({
      "secrets-init": [],
      "backend-store": ["stores"],
      "artifact-store": ["stores"],
      "bucket-init": ["stores"],
      "db-upgrade": ["stores"],
      "tracking-server": ["front", "stores"],
    });
  });

  test("lead out to stores that are elsewhere", () => {
    const endpoint = "https://minio.example.com";
    const props = remoteServer({
      backendStore: { kind: "external" },
      artifactStore: { kind: "s3-compatible", bucket: "mlflow", endpoint },
      bucketInit: true,
    });
    expect(networks(props)).toStrictEqual({
      "secrets-init": [],
      "bucket-init": ["front"],
      "db-upgrade": ["front"],
      "tracking-server": ["front"],
    });
  });
});

test("PostgreSQL takes as many connections as all pools of all workers may open", () => {
  const connections = (workers: number) =>
    container(remoteServer({ trackingServer: { workers } }), "backend-store").command.find((word) =>
      word.startsWith("max_connections="),
    );
  // 3 pools of 3 + 5 in each worker, and 12 for jobs and people.
  expect(connections(1)).toBe("max_connections=36");
  expect(connections(4)).toBe("max_connections=108");
});
