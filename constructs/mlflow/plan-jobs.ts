import { artifactStoreEnvironment } from "./artifact-store.js";
import { backendStoreEnvironment, isDatabase } from "./backend-store.js";
import type { ContainerSpec, SecretReader } from "./container.js";
import type { MlflowDeployment } from "./deployment.js";
import { literal, secretFile, type EnvValue } from "./env-value.js";
import { hostProfiles } from "./host-profile.js";
import { dataMounts, sharesDataMount } from "./plan-tracking-server.js";
import { readsSecrets, secretsOf, secretVolume } from "./secret-volumes.js";
import { imageUser } from "./tracking-server.js";

/** What all one-shot jobs share: the tracking server's image, whose scripts they run. */
const job = (deployment: MlflowDeployment) =>
  ({
    job: true,
    image: { kind: "tracking-server" },
    user: imageUser,
    secrets: [],
    readOnlyRoot: true,
    ports: [],
    tmpfs: [{ path: "/tmp", sizeMiB: 64 }],
    shmMiB: undefined,
    healthCheck: undefined,
    resources: hostProfiles[deployment.profile].jobs,
    stopGraceSeconds: 10,
  }) as const;

/**
 * Copies each container's secrets to that container's volume. Compose can put a secret from `.env`
 * only into a container with a writable root, so this one has one and the others need not.
 *
 * @param containers - those that may read secrets
 * @see https://github.com/docker/compose/pull/12531
 */
export function planSecretsInit(
  deployment: MlflowDeployment,
  containers: readonly ContainerSpec[],
): ContainerSpec | undefined {
  const readers = containers
    .map(({ role, environment }) => ({
      role: role as SecretReader,
      secrets: secretsOf(environment),
    }))
    .filter(({ secrets }) => secrets.length > 0);
  if (readers.length === 0) return undefined;
  const manifest = Object.fromEntries(
    readers.map(({ role, secrets }) => [`/secrets/${role}`, secrets]),
  );
  return {
    ...job(deployment),
    role: "secrets-init",
    command: ["install-secrets", JSON.stringify(manifest)],
    environment: {},
    secrets: [...new Set(readers.flatMap(({ secrets }) => secrets))],
    readOnlyRoot: false,
    mounts: readers.map(({ role }) => ({
      source: { kind: "volume", name: secretVolume(role) },
      path: `/secrets/${role}`,
      readOnly: false,
    })),
    networks: [],
    startAfter: [],
  };
}

/** Makes the bucket and, on RustFS, the server's key. Waits for the store itself, by trying. */
export function planBucketInit(deployment: MlflowDeployment): ContainerSpec | undefined {
  const { artifactStore, bucketInit } = deployment;
  if (!bucketInit || artifactStore.kind === "local") return undefined;
  const ownStore = artifactStore.kind === "rustfs";
  const environment: Record<string, EnvValue> = {
    ...artifactStoreEnvironment(artifactStore),
    MLFLOW_STACKS_BUCKET: literal(artifactStore.bucket),
    ...(ownStore
      ? {
          RUSTFS_ACCESS_KEY_FILE: secretFile("RUSTFS_ACCESS_KEY"),
          RUSTFS_SECRET_KEY_FILE: secretFile("RUSTFS_SECRET_KEY"),
        }
      : {}),
  };
  const secrets = readsSecrets("bucket-init", environment);
  return {
    ...job(deployment),
    role: "bucket-init",
    command: ["bucket-init"],
    environment,
    mounts: secrets.mounts,
    networks: [ownStore ? "stores" : "front"],
    startAfter: [
      ...secrets.startAfter,
      ...(ownStore ? [{ role: "artifact-store", condition: "started" } as const] : []),
    ],
  };
}

/** Makes role and database and runs `mlflow db upgrade`. Waits for PostgreSQL itself, by trying. */
export function planDbUpgrade(deployment: MlflowDeployment): ContainerSpec | undefined {
  const { backendStore, trackingServer } = deployment;
  if (!isDatabase(backendStore)) return undefined;
  const ownDatabase = backendStore.kind === "postgres";
  const environment: Record<string, EnvValue> = {
    ...backendStoreEnvironment(backendStore),
    MLFLOW_DISABLE_TELEMETRY: literal("true"),
    GIT_PYTHON_REFRESH: literal("quiet"),
    ...(ownDatabase ? { POSTGRES_PASSWORD_FILE: secretFile("POSTGRES_PASSWORD") } : {}),
  };
  const secrets = readsSecrets("db-upgrade", environment);
  return {
    ...job(deployment),
    role: "db-upgrade",
    user: trackingServer.user,
    command: ["db-upgrade"],
    environment,
    mounts: [...(sharesDataMount(deployment) ? dataMounts(deployment) : []), ...secrets.mounts],
    networks: sharesDataMount(deployment) ? [] : [ownDatabase ? "stores" : "front"],
    startAfter: [
      ...secrets.startAfter,
      ...(ownDatabase ? [{ role: "backend-store", condition: "started" } as const] : []),
    ],
  };
}
