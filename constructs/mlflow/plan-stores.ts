import type { ContainerSpec, HealthCheck } from "./container.js";
import type { MlflowDeployment } from "./deployment.js";
import { literal, secretFile } from "./env-value.js";
import { hostProfiles, type PostgresSettings } from "./host-profile.js";
import { readsSecrets } from "./secret-volumes.js";

/**
 * Every 5 seconds, since nothing shorter for the start alone exists before Docker 25. One check is
 * a few milliseconds of processor time.
 */
export function healthCheck(command: readonly string[], startPeriodSeconds: number): HealthCheck {
  return { command, intervalSeconds: 5, timeoutSeconds: 5, retries: 6, startPeriodSeconds };
}

/** PostgreSQL, when the deployment runs it. */
export function planBackendStore(deployment: MlflowDeployment): ContainerSpec | undefined {
  const { backendStore, profile } = deployment;
  if (backendStore.kind !== "postgres") return undefined;
  const { postgres, shmMiB, ...resources } = hostProfiles[profile].backendStore;
  const environment = {
    POSTGRES_PASSWORD_FILE: secretFile("POSTGRES_PASSWORD"),
    POSTGRES_INITDB_ARGS: literal(
      "--auth-host=scram-sha-256 --data-checksums --locale-provider=builtin --locale=C.UTF-8",
    ),
  };
  const secrets = readsSecrets("backend-store", environment);
  return {
    role: "backend-store",
    job: false,
    image: { kind: "registry", reference: backendStore.image },
    user: "999:999",
    command: ["postgres", ...postgresOptions(postgres, deployment).flatMap((option) => ["-c", option])],
    environment,
    secrets: [],
    readOnlyRoot: true,
    ports: [],
    mounts: [
      // 18 and newer keep each major version in a directory of its own below this one.
      {
        source: { kind: "volume", name: "backend-store-data" },
        path: "/var/lib/postgresql",
        readOnly: false,
      },
      ...secrets.mounts,
    ],
    tmpfs: [
      { path: "/tmp", sizeMiB: 16 },
      { path: "/var/run/postgresql", sizeMiB: 1 },
    ],
    shmMiB,
    networks: ["stores"],
    // -h: while it initialises, PostgreSQL listens on its socket only, and is not ready.
    healthCheck: healthCheck(["pg_isready", "-q", "-h", "127.0.0.1", "-U", "postgres"], 60),
    startAfter: secrets.startAfter,
    resources,
    stopGraceSeconds: 60,
  };
}

/** MLflow has one pool each for tracking, registry and login tables in every worker. */
const poolsPerWorker = 3;

/** For jobs, backups and somebody with psql. */
const reservedConnections = 12;

function maxConnections({ profile, trackingServer }: MlflowDeployment): number {
  const { size, overflow } = hostProfiles[profile].pool;
  return trackingServer.workers * poolsPerWorker * (size + overflow) + reservedConnections;
}

function postgresOptions(
  settings: PostgresSettings,
  deployment: MlflowDeployment,
): readonly string[] {
  return [
    `shared_buffers=${settings.sharedBuffersMiB}MB`,
    `effective_cache_size=${settings.effectiveCacheMiB}MB`,
    `work_mem=${settings.workMemMiB}MB`,
    `maintenance_work_mem=${settings.maintenanceWorkMemMiB}MB`,
    `max_connections=${maxConnections(deployment)}`,
    "random_page_cost=1.1",
    "jit=off",
    "wal_compression=on",
    "max_wal_size=1GB",
  ];
}

/** RustFS, when the deployment runs it. */
export function planArtifactStore(deployment: MlflowDeployment): ContainerSpec | undefined {
  const { artifactStore, profile } = deployment;
  if (artifactStore.kind !== "rustfs") return undefined;
  const environment = {
    RUSTFS_ACCESS_KEY_FILE: secretFile("RUSTFS_ACCESS_KEY"),
    RUSTFS_SECRET_KEY_FILE: secretFile("RUSTFS_SECRET_KEY"),
    RUSTFS_VOLUMES: literal("/data"),
    RUSTFS_ADDRESS: literal(":9000"),
    RUSTFS_REGION: literal(artifactStore.region),
    RUSTFS_CONSOLE_ENABLE: literal("false"),
    // Without these a bucket is "relaxed": what was acknowledged can be lost in a power cut.
    // https://github.com/rustfs/rustfs/blob/main/docs/operations/durability-modes.md
    RUSTFS_DURABILITY_MODE: literal("strict"),
    RUSTFS_NEW_BUCKET_DURABILITY_MODE: literal("strict"),
    // The image logs to files in /logs; empty, it logs to where `docker logs` looks.
    RUSTFS_OBS_LOG_DIRECTORY: literal(""),
    RUSTFS_OBS_LOGGER_LEVEL: literal("warn"),
    // The image allows every origin, for a console that is off here.
    RUSTFS_CONSOLE_CORS_ALLOWED_ORIGINS: literal("http://localhost"),
  };
  const secrets = readsSecrets("artifact-store", environment);
  return {
    role: "artifact-store",
    job: false,
    image: { kind: "registry", reference: artifactStore.image },
    user: "10001:10001",
    command: [],
    environment,
    secrets: [],
    readOnlyRoot: true,
    ports: [],
    mounts: [
      { source: { kind: "volume", name: "artifact-store-data" }, path: "/data", readOnly: false },
      ...secrets.mounts,
    ],
    tmpfs: [
      { path: "/tmp", sizeMiB: 64 },
      { path: "/logs", sizeMiB: 1 },
    ],
    shmMiB: undefined,
    networks: ["stores"],
    healthCheck: healthCheck(
      ["curl", "-fsS", "-o", "/dev/null", "http://127.0.0.1:9000/health/ready"],
      60,
    ),
    startAfter: secrets.startAfter,
    resources: hostProfiles[profile].artifactStore,
    stopGraceSeconds: 30,
  };
}
