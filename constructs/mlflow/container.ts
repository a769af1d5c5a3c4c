import type { EnvValue } from "./env-value.js";
import type { SecretName } from "./secrets.js";

/**
 * Every container of a deployment. The name is the service, the host name and the construct id in
 * every target, so that changing a store's kind changes no reference to it.
 */
export type ContainerRole =
  | "secrets-init"
  | "backend-store"
  | "artifact-store"
  | "bucket-init"
  | "db-upgrade"
  | "tracking-server";

/** Python packages of the tracking server's image, each a lock file of its own. */
export type RequirementGroup = "core" | "s3" | "postgres" | "mysql" | "login";

export type ImageSpec =
  /** Pulled from a registry: `postgres:18.6-trixie`, with or without `@sha256:…`. */
  | { readonly kind: "registry"; readonly reference: string }
  /** Built from the tracking server's build context. */
  | { readonly kind: "tracking-server" };

export interface PublishedPort {
  /** Address of the host that the port is bound to, such as `127.0.0.1`. */
  readonly hostAddress: string;
  readonly hostPort: number;
  readonly containerPort: number;
}

/** A directory of the container that outlives it. */
export interface Mount {
  readonly source:
    | { readonly kind: "volume"; readonly name: VolumeName }
    /** Absolute path on the machine that runs the containers. */
    | { readonly kind: "directory"; readonly path: string };
  readonly path: string;
  readonly readOnly: boolean;
}

export type VolumeName =
  | "tracking-server-data"
  | "tracking-server-tmp"
  | "backend-store-data"
  | "artifact-store-data"
  | `${SecretReader}-secrets`;

/** Whether a volume, by its own name or the one it has on a host, can't be made anew. */
export const holdsData = (volume: string): boolean => volume.endsWith("-data");

/** Containers that read secrets; each has a volume with its own and no others. */
export type SecretReader = Exclude<ContainerRole, "secrets-init">;

export interface Tmpfs {
  readonly path: string;
  readonly sizeMiB: number;
}

export interface HealthCheck {
  /** Program and arguments, run without a shell. */
  readonly command: readonly string[];
  readonly intervalSeconds: number;
  readonly timeoutSeconds: number;
  readonly retries: number;
  /** Failures before this many seconds do not count. */
  readonly startPeriodSeconds: number;
}

export interface Resources {
  /** Hard limit; the container is killed above it. */
  readonly memoryMiB: number;
  readonly cpus: number;
  /** Processes and threads. */
  readonly pids: number;
}

/** `started`: its process runs; `healthy`: its health check passes; `completed`: it ended with 0. */
export type StartCondition = "started" | "healthy" | "completed";

/** `stores` has no way out to other networks; `front` has, and carries the published port. */
export type Network = "stores" | "front";

/** One container, in words that every container target has. */
export interface ContainerSpec {
  readonly role: ContainerRole;
  /** Runs once and ends; started again by every `up`, so it must be repeatable. */
  readonly job: boolean;
  readonly image: ImageSpec;
  /** Numeric `uid:gid`, never 0. */
  readonly user: string;
  /** Arguments of the image's entry point; none: the image's own command. */
  readonly command: readonly string[];
  readonly environment: Readonly<Record<string, EnvValue>>;
  /** Copied into `/run/secrets`, which needs a writable root. */
  readonly secrets: readonly SecretName[];
  readonly readOnlyRoot: boolean;
  readonly ports: readonly PublishedPort[];
  readonly mounts: readonly Mount[];
  readonly tmpfs: readonly Tmpfs[];
  readonly shmMiB: number | undefined;
  readonly networks: readonly Network[];
  readonly healthCheck: HealthCheck | undefined;
  readonly startAfter: readonly {
    readonly role: ContainerRole;
    readonly condition: StartCondition;
  }[];
  readonly resources: Resources;
  /** Seconds between the stop signal and SIGKILL. */
  readonly stopGraceSeconds: number;
}

/** Containers in an order in which each starts after those it waits for. */
export interface ContainerPlan {
  readonly name: string;
  readonly containers: readonly ContainerSpec[];
  readonly requirements: readonly RequirementGroup[];
}
