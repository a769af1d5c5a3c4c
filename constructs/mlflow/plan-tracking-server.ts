import { artifactStoreEnvironment } from "./artifact-store.js";
import { backendStoreEnvironment, isDatabase, keepsBackendFiles } from "./backend-store.js";
import type { ContainerSpec, Mount, Network } from "./container.js";
import { keepsData, type MlflowDeployment } from "./deployment.js";
import { literal, secretFile, type EnvValue } from "./env-value.js";
import { hostProfiles } from "./host-profile.js";
import { healthCheck } from "./plan-stores.js";
import { allowedHosts } from "./public-url.js";
import { readsSecrets } from "./secret-volumes.js";
import {
  containerPort,
  trackingServerCommand,
  trackingServerEnvironment,
} from "./tracking-server.js";

/** Where the tracking server's image keeps data. */
export const dataDirectory = "/data";

const temporaryDirectory = "/tmp";

export function planTrackingServer(deployment: MlflowDeployment): ContainerSpec {
  const { trackingServer, profile, backendStore } = deployment;
  const environment = serverEnvironment(deployment);
  const secrets = readsSecrets("tracking-server", environment);
  const { workers: _, ...resources } = hostProfiles[profile].trackingServer;
  return {
    role: "tracking-server",
    job: false,
    image: { kind: "tracking-server" },
    user: trackingServer.user,
    command: trackingServerCommand(trackingServer),
    environment,
    secrets: [],
    readOnlyRoot: true,
    ports: [
      { hostAddress: trackingServer.bindAddress, hostPort: trackingServer.port, containerPort },
    ],
    mounts: [
      ...dataMounts(deployment),
      // On disk and not in memory: each upload and download is spooled here as a whole.
      {
        source: { kind: "volume", name: "tracking-server-tmp" },
        path: temporaryDirectory,
        readOnly: false,
      },
      ...secrets.mounts,
    ],
    tmpfs: [],
    shmMiB: undefined,
    networks: storeNetworks(deployment),
    healthCheck: healthCheck(
      ["python", "-ISS", "/opt/mlflow-stacks/healthcheck.py", String(containerPort)],
      120,
    ),
    startAfter: [
      ...secrets.startAfter,
      ...(deployment.bucketInit ? [{ role: "bucket-init", condition: "completed" } as const] : []),
      ...(isDatabase(backendStore)
        ? [{ role: "db-upgrade", condition: "completed" } as const]
        : []),
    ],
    resources,
    stopGraceSeconds: 30,
  };
}

/** The data directory or volume, where the deployment keeps files itself. */
export function dataMounts(deployment: MlflowDeployment): readonly Mount[] {
  if (!keepsData(deployment)) return [];
  const { dataDirectory: directory } = deployment.trackingServer;
  return [
    {
      source: directory
        ? { kind: "directory", path: directory.path }
        : { kind: "volume", name: "tracking-server-data" },
      path: dataDirectory,
      readOnly: false,
    },
  ];
}

/** Stores that the deployment runs are on a network without a way out; others are outside. */
function storeNetworks(deployment: MlflowDeployment): readonly Network[] {
  const runsStore =
    deployment.backendStore.kind === "postgres" || deployment.artifactStore.kind === "rustfs";
  return runsStore ? ["front", "stores"] : ["front"];
}

function serverEnvironment(deployment: MlflowDeployment): Record<string, EnvValue> {
  const { trackingServer, profile, backendStore, artifactStore } = deployment;
  const security = {
    allowedHosts: allowedHosts(trackingServer.publicUrls, ["tracking-server"]),
    allowedOrigins: trackingServer.publicUrls,
  };
  return {
    ...trackingServerEnvironment(trackingServer, profile, security),
    ...backendStoreEnvironment(backendStore),
    ...artifactStoreEnvironment(artifactStore),
    ...loginEnvironment(deployment),
    ...(isDatabase(backendStore)
      ? { MLFLOW_CRYPTO_KEK_PASSPHRASE_FILE: secretFile("MLFLOW_CRYPTO_KEK_PASSPHRASE") }
      : {}),
    // The server empties it at each start, so it is named and never left to a default.
    TMPDIR: literal(temporaryDirectory),
    MLFLOW_STACKS_OWN_TMPDIR: literal("true"),
  };
}

function loginEnvironment({
  trackingServer: { login },
}: MlflowDeployment): Record<string, EnvValue> {
  if (!login) return {};
  return {
    MLFLOW_STACKS_DEFAULT_PERMISSION: literal(login.defaultPermission),
    MLFLOW_AUTH_ADMIN_USERNAME: literal(login.adminUsername),
    MLFLOW_AUTH_ADMIN_PASSWORD_FILE: secretFile("MLFLOW_AUTH_ADMIN_PASSWORD"),
    MLFLOW_FLASK_SERVER_SECRET_KEY_FILE: secretFile("MLFLOW_FLASK_SERVER_SECRET_KEY"),
  };
}

/** Whether the database is a SQLite file on the data mount, which jobs on it must share. */
export const sharesDataMount = (deployment: MlflowDeployment): boolean =>
  keepsBackendFiles(deployment.backendStore);
