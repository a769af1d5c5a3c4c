import type { Resources } from "./container.js";

/** `n100`: a 4-core mini PC, 8 to 16 GB; `small`: 2 GB in all; `medium`: 8 cores, 16 GB and more. */
export type HostProfileName = "n100" | "small" | "medium";

/** Sizes of everything on one machine. Limits are ceilings, not reservations. */
export interface HostProfile {
  readonly trackingServer: Resources & { readonly workers: number };
  readonly backendStore: Resources & {
    readonly postgres: PostgresSettings;
    readonly shmMiB: number;
  };
  readonly artifactStore: Resources;
  readonly jobs: Resources;
  /** Size of one log file; three are kept per container. */
  readonly logMiB: number;
  /** SQLAlchemy connections per pool, `MLFLOW_SQLALCHEMYSTORE_POOL_SIZE` and `_MAX_OVERFLOW`. */
  readonly pool: { readonly size: number; readonly overflow: number };
  /** Free memory and disk that `up` asks for before it starts. */
  readonly minimum: { readonly memoryMiB: number; readonly diskGiB: number };
}

/** @see https://www.postgresql.org/docs/18/runtime-config-resource.html */
export interface PostgresSettings {
  readonly sharedBuffersMiB: number;
  readonly effectiveCacheMiB: number;
  readonly workMemMiB: number;
  readonly maintenanceWorkMemMiB: number;
}

export const hostProfiles: Readonly<Record<HostProfileName, HostProfile>> = {
  n100: {
    trackingServer: { memoryMiB: 1536, cpus: 2, pids: 256, workers: 1 },
    backendStore: {
      memoryMiB: 768,
      cpus: 2,
      pids: 256,
      shmMiB: 128,
      postgres: {
        sharedBuffersMiB: 128,
        effectiveCacheMiB: 512,
        workMemMiB: 8,
        maintenanceWorkMemMiB: 64,
      },
    },
    artifactStore: { memoryMiB: 1536, cpus: 2, pids: 1024 },
    jobs: { memoryMiB: 768, cpus: 2, pids: 128 },
    logMiB: 10,
    pool: { size: 3, overflow: 5 },
    minimum: { memoryMiB: 1024, diskGiB: 5 },
  },
  small: {
    trackingServer: { memoryMiB: 768, cpus: 1, pids: 128, workers: 1 },
    backendStore: {
      memoryMiB: 320,
      cpus: 1,
      pids: 128,
      shmMiB: 64,
      postgres: {
        sharedBuffersMiB: 64,
        effectiveCacheMiB: 192,
        workMemMiB: 4,
        maintenanceWorkMemMiB: 32,
      },
    },
    artifactStore: { memoryMiB: 768, cpus: 1, pids: 512 },
    jobs: { memoryMiB: 512, cpus: 1, pids: 64 },
    logMiB: 5,
    pool: { size: 2, overflow: 3 },
    minimum: { memoryMiB: 700, diskGiB: 3 },
  },
  medium: {
    trackingServer: { memoryMiB: 4096, cpus: 4, pids: 512, workers: 4 },
    backendStore: {
      memoryMiB: 2048,
      cpus: 4,
      pids: 512,
      shmMiB: 256,
      postgres: {
        sharedBuffersMiB: 512,
        effectiveCacheMiB: 2048,
        workMemMiB: 16,
        maintenanceWorkMemMiB: 256,
      },
    },
    artifactStore: { memoryMiB: 4096, cpus: 4, pids: 2048 },
    jobs: { memoryMiB: 1024, cpus: 2, pids: 128 },
    logMiB: 20,
    pool: { size: 5, overflow: 10 },
    minimum: { memoryMiB: 3072, diskGiB: 10 },
  },
};

export const hostProfileNames = Object.keys(hostProfiles) as readonly HostProfileName[];
