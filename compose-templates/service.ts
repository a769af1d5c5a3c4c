import {
  dataDirectory,
  containerPort,
  hostProfiles,
  resolveEnvValue,
  secretDirectory,
  type ContainerSpec,
  type EnvResolver,
  type HostProfileName,
  type Mount,
  type StartCondition,
} from "../constructs/mlflow/index.js";
import type { ComposeCondition, ComposeMount, ComposeService } from "./types.js";

/** Compose replaces `$NAME`; `$$` is one `$`. */
const escape = (text: string): string => text.replaceAll("$", "$$$$");

const resolver: EnvResolver = {
  literal: escape,
  secretFile: (name) => `${secretDirectory}/${name}`,
  address: (role) => role,
  dataPath: (path, form) => {
    const absolute = `${dataDirectory}/${path}`;
    if (form === "path") return absolute;
    return form === "file-uri" ? `file://${absolute}` : `sqlite:///${absolute}`;
  },
  listen: (part) => (part === "host" ? "0.0.0.0" : String(containerPort)),
};

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
  const { healthCheck, resources } = container;
  const readsSecrets =
    container.secrets.length > 0 || container.mounts.some(({ path }) => path === secretDirectory);
  return compact<ComposeService>({
    image: container.image.kind === "registry" ? container.image.reference : image,
    build:
      container.image.kind === "tracking-server"
        ? { context: "./tracking-server", args: ["PIP_INDEX_URL"] }
        : undefined,
    depends_on: nonEmpty(
      Object.fromEntries(
        container.startAfter.map(({ role, condition }) => [
          role,
          { condition: conditions[condition] },
        ]),
      ),
    ),
    volumes: nonEmptyList(container.mounts.map(renderMount)),
    secrets: nonEmptyList(container.secrets),
    environment: nonEmpty(
      Object.fromEntries(
        Object.entries(container.environment).map(([name, value]) => [
          name,
          resolveEnvValue(value, resolver),
        ]),
      ),
    ),
    ports: nonEmptyList(
      container.ports.map(({ hostAddress, hostPort, containerPort: port }) => {
        const host = hostAddress.includes(":") ? `[${hostAddress}]` : hostAddress;
        return `${host}:${hostPort}:${port}`;
      }),
    ),
    networks: nonEmptyList(container.networks),
    network_mode: container.networks.length === 0 ? "none" : undefined,
    command: nonEmptyList(container.command.map(escape)),
    restart: container.job ? "no" : "unless-stopped",
    healthcheck: healthCheck && {
      test: ["CMD", ...healthCheck.command.map(escape)],
      interval: `${healthCheck.intervalSeconds}s`,
      timeout: `${healthCheck.timeoutSeconds}s`,
      retries: healthCheck.retries,
      start_period: `${healthCheck.startPeriodSeconds}s`,
    },
    logging: {
      driver: "json-file",
      options: { "max-size": `${hostProfiles[profile].logMiB}m`, "max-file": "3" },
    },
    labels: readsSecrets ? { "mlflow-stacks.secrets": `\${${secretsRevision}:-}` } : undefined,
    user: container.user,
    read_only: container.readOnlyRoot ? true : undefined,
    tmpfs: nonEmptyList(
      container.tmpfs.map(({ path, sizeMiB }) => `${path}:size=${sizeMiB}m,mode=1777`),
    ),
    cap_drop: ["ALL"],
    security_opt: ["no-new-privileges:true"],
    mem_limit: `${resources.memoryMiB}m`,
    cpus: resources.cpus,
    pids_limit: resources.pids,
    ulimits: { nofile: 16384 },
    shm_size: container.shmMiB === undefined ? undefined : `${container.shmMiB}m`,
    stop_grace_period: `${container.stopGraceSeconds}s`,
  });
}

function renderMount({ source, path, readOnly }: Mount): ComposeMount {
  const common = { target: path, ...(readOnly ? { read_only: true as const } : {}) };
  return source.kind === "volume"
    ? { type: "volume", source: source.name, ...common }
    : // A directory that is missing is a typing error, which Docker would hide by making one.
      { type: "bind", source: escape(source.path), ...common, bind: { create_host_path: false } };
}

type WithUndefined<T> = { [K in keyof T]: T[K] | Extract<undefined, undefined> };

/** Drops the fields that are undefined, so that YAML holds what is set and nothing else. */
function compact<T extends object>(
  value: {
    [K in keyof Required<T>]: undefined extends T[K] ? T[K] | undefined : T[K];
  } & WithUndefined<T>,
): T {
  return Object.fromEntries(Object.entries(value).filter(([, field]) => field !== undefined)) as T;
}

const nonEmptyList = <T>(list: readonly T[]): readonly T[] | undefined =>
  list.length === 0 ? undefined : list;

const nonEmpty = <T extends object>(value: T): T | undefined =>
  Object.keys(value).length === 0 ? undefined : value;
