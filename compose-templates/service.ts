import {
  containerResolver,
  hostProfiles,
  resolveEnvValue,
  secretDirectory,
  type ContainerSpec,
  type HealthCheck,
  type HostProfileName,
  type Mount,
  type PublishedPort,
  type StartCondition,
} from "../constructs/mlflow/index.js";
import type {
  ComposeCondition,
  ComposeHealthCheck,
  ComposeMount,
  ComposeService,
} from "./types.js";

/** Compose replaces `$NAME`; `$$` is one `$`. */
const escape = (text: string): string => text.replaceAll("$", "$$$$");

const resolver = containerResolver(escape);

/** Variable of `.env` that changes when any secret does, so that `up` recreates its readers. */
export const secretsRevision = "MLSTACK_SECRETS_REVISION";

const conditions: Readonly<Record<StartCondition, ComposeCondition>> = {
  started: "service_started",
  healthy: "service_healthy",
  completed: "service_completed_successfully",
};

/** @param image - name and tag of the tracking server's image */
export function renderService(
  container: ContainerSpec,
  image: string,
  profile: HostProfileName,
): ComposeService {
  const { networks, job, image: own } = container;
  return withoutUndefined<ComposeService>({
    image: own.kind === "registry" ? own.reference : image,
    build:
      own.kind === "tracking-server"
        ? { context: "./tracking-server", args: ["PIP_INDEX_URL"] }
        : undefined,
    depends_on: nonEmpty(
      mapEntries(container.startAfter, ({ role, condition }) => [
        role,
        { condition: conditions[condition] },
      ]),
    ),
    volumes: nonEmptyList(container.mounts.map(renderMount)),
    secrets: nonEmptyList(container.secrets),
    environment: nonEmpty(
      mapEntries(Object.entries(container.environment), ([name, value]) => [
        name,
        resolveEnvValue(value, resolver),
      ]),
    ),
    ports: nonEmptyList(container.ports.map(renderPort)),
    networks: nonEmptyList(networks),
    network_mode: networks.length === 0 ? "none" : undefined,
    command: nonEmptyList(container.command.map(escape)),
    restart: job ? "no" : "unless-stopped",
    healthcheck: container.healthCheck && renderHealthCheck(container.healthCheck),
    logging: {
      driver: "json-file",
      options: { "max-size": `${hostProfiles[profile].logMiB}m`, "max-file": "3" },
    },
    labels: readsSecrets(container) ? { [secretsLabel]: `\${${secretsRevision}:-}` } : undefined,
    user: container.user,
    ...renderConfinement(container),
  });
}

type Confinement = Pick<
  ComposeService,
  | "read_only"
  | "tmpfs"
  | "cap_drop"
  | "security_opt"
  | "mem_limit"
  | "cpus"
  | "pids_limit"
  | "ulimits"
  | "shm_size"
  | "stop_grace_period"
>;

/** What the container may not do and not use up. */
function renderConfinement(container: ContainerSpec): OrUndefined<Confinement> {
  const { resources, shmMiB } = container;
  return {
    cap_drop: ["ALL"],
    cpus: resources.cpus,
    mem_limit: `${resources.memoryMiB}m`,
    pids_limit: resources.pids,
    read_only: container.readOnlyRoot ? true : undefined,
    security_opt: ["no-new-privileges:true"],
    shm_size: shmMiB === undefined ? undefined : `${shmMiB}m`,
    stop_grace_period: `${container.stopGraceSeconds}s`,
    tmpfs: nonEmptyList(
      container.tmpfs.map(({ path, sizeMiB }) => `${path}:size=${sizeMiB}m,mode=1777`),
    ),
    // Below what most daemons may hand on; an unprivileged one cannot raise it.
    ulimits: { nofile: 16384 },
  };
}

const secretsLabel = "mlflow-stacks.secrets";

const readsSecrets = ({ secrets, mounts }: ContainerSpec): boolean =>
  secrets.length > 0 || mounts.some(({ path }) => path === secretDirectory);

function renderHealthCheck(check: HealthCheck): ComposeHealthCheck {
  return {
    test: ["CMD", ...check.command.map(escape)],
    interval: `${check.intervalSeconds}s`,
    timeout: `${check.timeoutSeconds}s`,
    retries: check.retries,
    start_period: `${check.startPeriodSeconds}s`,
  };
}

function renderPort({ hostAddress, hostPort, containerPort: port }: PublishedPort): string {
  const host = hostAddress.includes(":") ? `[${hostAddress}]` : hostAddress;
  return `${host}:${hostPort}:${port}`;
}

function renderMount({ source, path, readOnly }: Mount): ComposeMount {
  const common = { target: path, ...(readOnly ? { read_only: true as const } : {}) };
  return source.kind === "volume"
    ? { type: "volume", source: source.name, ...common }
    : // A directory that is missing is a typing error, which Docker would hide by making one.
      { type: "bind", source: escape(source.path), ...common, bind: { create_host_path: false } };
}

type OrUndefined<T> = {
  [K in keyof Required<T>]: T[K] | (undefined extends T[K] ? undefined : never);
};

/** Drops the fields that are undefined, so that YAML holds what is set and nothing else. */
function withoutUndefined<T extends object>(value: OrUndefined<T>): T {
  return Object.fromEntries(Object.entries(value).filter(([, field]) => field !== undefined)) as T;
}

function mapEntries<T, V>(
  list: readonly T[],
  entry: (item: T) => readonly [string, V],
): Record<string, V> {
  return Object.fromEntries(list.map(entry));
}

const nonEmptyList = <T>(list: readonly T[]): readonly T[] | undefined =>
  list.length === 0 ? undefined : list;

const nonEmpty = <T extends object>(value: T): T | undefined =>
  Object.keys(value).length === 0 ? undefined : value;
