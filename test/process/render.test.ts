import { describe, expect, test } from "vitest";
import { resolveDeployment, type HostPath, type PathStyle } from "../../constructs/mlflow/index.js";
import { renderProcess, type ProcessPaths } from "../../stacks/process/index.js";
import {
  localhostDatabase,
  localhostFiles,
  messageOf,
  remoteServer,
} from "../helpers/deployments.js";

const paths = (style: PathStyle, root: string): ProcessPaths => {
  const folder = (name: string): HostPath => ({ style, path: `${root}/${name}` });
  return {
    python: style === "windows" ? "C:\\cache\\Scripts\\python.exe" : "/cache/bin/python",
    scripts: folder("tracking-server"),
    data: folder("my data"),
    temporary: folder("process/tmp"),
    secrets: folder("process/secrets"),
  };
};

const common = {
  MLFLOW_HOST: "127.0.0.1",
  MLFLOW_PORT: "5055",
  MLFLOW_WORKERS: "1",
  MLFLOW_SERVER_ALLOWED_HOSTS:
    "127.0.0.1,127.0.0.1:*,localhost,localhost:*,tracking-server,tracking-server:*",
  MLFLOW_SERVER_CORS_ALLOWED_ORIGINS: "http://127.0.0.1:5055,http://localhost:5055",
  MLFLOW_SERVER_ENABLE_JOB_EXECUTION: "false",
  MLFLOW_ALLOW_PICKLE_DESERIALIZATION: "false",
  MLFLOW_DISABLE_TELEMETRY: "true",
  MLFLOW_SQLALCHEMYSTORE_POOL_SIZE: "3",
  MLFLOW_SQLALCHEMYSTORE_MAX_OVERFLOW: "5",
  MALLOC_ARENA_MAX: "2",
  GIT_PYTHON_REFRESH: "quiet",
  MLFLOW_STACKS_OWN_TMPDIR: "true",
  PYTHONUNBUFFERED: "1",
  PYTHONUTF8: "1",
};

const serverWords = [
  "mlflow",
  "server",
  "--uvicorn-opts",
  "--timeout-graceful-shutdown 20 --timeout-keep-alive 620",
];

describe("renderProcess", () => {
  test("renders plain files on Linux without any job", () => {
    const deployment = resolveDeployment(localhostFiles({ trackingServer: { port: 5055 } }));
    expect(renderProcess(deployment, paths("posix", "/srv/ml"))).toStrictEqual({
      command: ["/cache/bin/python", "/srv/ml/tracking-server/run.py", ...serverWords],
      environment: {
        ...common,
        MLFLOW_BACKEND_STORE_URI: "file:///srv/ml/my%20data/mlruns",
        MLFLOW_ALLOW_FILE_STORE: "true",
        MLFLOW_ARTIFACTS_DESTINATION: "file:///srv/ml/my%20data/artifacts",
        TMPDIR: "/srv/ml/process/tmp",
      },
      jobs: [],
      stopGraceSeconds: 30,
      startSeconds: 120,
    });
  });

  test("renders SQLite on Windows with drive letters in every form", () => {
    const deployment = resolveDeployment(localhostDatabase({ trackingServer: { port: 5055 } }));
    const python = "C:\\cache\\Scripts\\python.exe";
    const store = {
      MLFLOW_BACKEND_STORE_URI: "sqlite:///E:/ml/my data/mlflow.db",
      TMPDIR: "E:/ml/process/tmp",
      PYTHONUNBUFFERED: "1",
      PYTHONUTF8: "1",
    };
    expect(renderProcess(deployment, paths("windows", "E:/ml"))).toStrictEqual({
      command: [python, "E:/ml/tracking-server/run.py", ...serverWords],
      environment: {
        ...common,
        ...store,
        MLFLOW_ARTIFACTS_DESTINATION: "file:///E:/ml/my%20data/artifacts",
        MLFLOW_CRYPTO_KEK_PASSPHRASE_FILE: "E:/ml/process/secrets/MLFLOW_CRYPTO_KEK_PASSPHRASE",
      },
      jobs: [
        {
          role: "db-upgrade",
          command: [python, "E:/ml/tracking-server/run.py", "db-upgrade"],
          environment: { ...store, MLFLOW_DISABLE_TELEMETRY: "true", GIT_PYTHON_REFRESH: "quiet" },
        },
      ],
      stopGraceSeconds: 30,
      startSeconds: 120,
    });
  });

  test("doubles the percent sign of a folder, which SQLAlchemy decodes", () => {
    const { environment } = renderProcess(
      resolveDeployment(localhostDatabase()),
      paths("posix", "/srv/100%25"),
    );
    expect(environment.MLFLOW_BACKEND_STORE_URI).toBe("sqlite:////srv/100%2525/my data/mlflow.db");
  });

  test("reads the URI of one's own database from a file", () => {
    const deployment = resolveDeployment(localhostDatabase({ backendStore: { kind: "external" } }));
    const { environment, jobs } = renderProcess(deployment, paths("posix", "/srv/ml"));
    const file = "/srv/ml/process/secrets/MLFLOW_BACKEND_STORE_URI";
    expect(environment.MLFLOW_BACKEND_STORE_URI_FILE).toBe(file);
    expect(jobs.map((job) => job.environment.MLFLOW_BACKEND_STORE_URI_FILE)).toStrictEqual([file]);
  });

  test("refuses what needs containers", () => {
    const refusal = (props: Parameters<typeof resolveDeployment>[0]) =>
      messageOf(() => renderProcess(resolveDeployment(props), paths("posix", "/srv/ml")));
    expect(refusal(remoteServer())).toContain('topology: "remote-server" needs Docker');
    expect(refusal(localhostDatabase({ backendStore: { kind: "postgres" } }))).toContain(
      'backendStore.kind: "postgres" runs in a container of its own',
    );
  });
});
