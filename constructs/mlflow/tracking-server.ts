import { requireInteger, type Problems } from "./errors.js";
import { literal, listen, type EnvValue } from "./env-value.js";
import type { HostPath } from "./host-path.js";
import { hostProfiles, type HostProfileName } from "./host-profile.js";
import { resolvePublicUrls } from "./public-url.js";
import { topologies, type Topology } from "./topology.js";
import { mlflowVersion, mlflowVersionFloor } from "./versions.js";

/** What a user gets on everything that nobody granted. */
export type DefaultPermission = "NO_PERMISSIONS" | "READ" | "USE" | "EDIT" | "MANAGE";

export const defaultPermissions = ["NO_PERMISSIONS", "READ", "USE", "EDIT", "MANAGE"] as const;

export interface LoginProps {
  /** @default "admin" */
  readonly adminUsername?: string;
  /** @default "NO_PERMISSIONS" */
  readonly defaultPermission?: DefaultPermission;
}

export interface TrackingServerProps {
  /** MLflow release. Only releases whose requirements are locked here. @default "3.17.2" */
  readonly version?: string;
  /** Address of the host that the port is bound to. @default "127.0.0.1" */
  readonly bindAddress?: string;
  /** Port on the host, 1 to 65535. @default 5000 */
  readonly port?: number;
  /**
   * Every URL people type to reach the server, such as `https://mlflow.example.com`. Requests under
   * other names are refused. @default - the bind address and port
   */
  readonly publicUrls?: readonly string[];
  /** @default - on for `remote-server`, off for the localhost topologies */
  readonly login?: LoginProps | boolean;
  /** Server processes, 1 to 32; each takes about 200 MiB. @default - the profile's; 1 with SQLite */
  readonly workers?: number;
  /**
   * Directory of the host for SQLite, plain files and local artifacts.
   * @default - a Docker volume
   */
  readonly dataDirectory?: HostPath;
  /** Numeric `uid:gid` that owns `dataDirectory`. @default "10000:10000" */
  readonly user?: string;
}

export interface TrackingServer {
  readonly version: string;
  readonly bindAddress: string;
  readonly port: number;
  readonly publicUrls: readonly string[];
  readonly login: Required<LoginProps> | undefined;
  readonly workers: number;
  readonly dataDirectory: HostPath | undefined;
  readonly user: string;
}

export const imageUser = "10000:10000";

const loopback = /^(127\.\d+\.\d+\.\d+|::1)$/;
const ipv4 = /^(25[0-5]|2[0-4]\d|1?\d?\d)(\.(25[0-5]|2[0-4]\d|1?\d?\d)){3}$/;
const isIpv6 = (text: string) =>
  /^[0-9a-fA-F:]*:[0-9a-fA-F:]+$/.test(text) && URL.canParse(`http://[${text}]`);

export function resolveTrackingServer(
  props: TrackingServerProps,
  topology: Topology,
  defaultWorkers: number,
  problems: Problems,
): TrackingServer {
  const version = props.version ?? mlflowVersion;
  requireVersion(version, problems);
  const bindAddress = props.bindAddress ?? "127.0.0.1";
  const login = resolveLogin(props.login ?? topologies[topology].login, problems);
  requireBindAddress(bindAddress, topology, login !== undefined, problems);
  const port = props.port ?? 5000;
  requireInteger(port, 1, 65535, "trackingServer.port", problems);
  const publicUrls = resolvePublicUrls(props.publicUrls, bindAddress, port, problems);
  const workers = props.workers ?? defaultWorkers;
  requireInteger(workers, 1, 32, "trackingServer.workers", problems);
  const user = props.user ?? imageUser;
  problems.require(
    /^[1-9]\d*:[1-9]\d*$/.test(user),
    "trackingServer.user",
    `must be a numeric "uid:gid" without 0; got "${user}"; run this as the user who owns the directory, not as root`,
  );
  return {
    version,
    bindAddress,
    port,
    publicUrls,
    login,
    workers,
    dataDirectory: props.dataDirectory,
    user,
  };
}

function requireVersion(version: string, problems: Problems): void {
  const numbers = (text: string) =>
    text
      .split(".")
      .map((part) => part.padStart(5, "0"))
      .join(".");
  const known = /^\d+\.\d+\.\d+$/.test(version);
  if (known && numbers(version) < numbers(mlflowVersionFloor)) {
    problems.add(
      "trackingServer.version",
      `must be ${mlflowVersionFloor} or newer, because older releases let anybody run code on the server (CVE-2026-116692); got "${version}"; use "${mlflowVersion}"`,
    );
  } else if (version !== mlflowVersion) {
    problems.add(
      "trackingServer.version",
      `must be a release whose requirements are locked in this version of mlflow-stacks; got "${version}"; use "${mlflowVersion}"`,
    );
  }
}

function resolveLogin(
  props: LoginProps | boolean,
  problems: Problems,
): Required<LoginProps> | undefined {
  if (props === false) return undefined;
  const { adminUsername = "admin", defaultPermission = "NO_PERMISSIONS" } =
    props === true ? {} : props;
  problems.require(
    /^[A-Za-z0-9._@-]{1,64}$/.test(adminUsername),
    "trackingServer.login.adminUsername",
    `must be 1 to 64 characters of A-Z a-z 0-9 . _ @ -; got "${adminUsername}"`,
  );
  problems.require(
    defaultPermissions.includes(defaultPermission),
    "trackingServer.login.defaultPermission",
    `must be ${defaultPermissions.map((name) => `"${name}"`).join(" or ")}; got "${String(defaultPermission)}"`,
  );
  return { adminUsername, defaultPermission };
}

function requireBindAddress(
  address: string,
  topology: Topology,
  login: boolean,
  problems: Problems,
): void {
  const path = "trackingServer.bindAddress";
  if (
    !problems.require(
      ipv4.test(address) || isIpv6(address),
      path,
      `must be an IP address of the host; got "${address}"`,
    )
  )
    return;
  if (loopback.test(address)) return;
  problems.require(
    !topologies[topology].loopbackOnly,
    path,
    `must be a loopback address, because "${topology}" has no login; got "${address}"; use the topology "remote-server"`,
  );
  problems.require(
    login || topologies[topology].loopbackOnly,
    path,
    `must be a loopback address while trackingServer.login is false; got "${address}"`,
  );
}

/** Port on which the server listens inside its container. */
export const containerPort = 5000;

/**
 * Seconds that an idle connection stays open. Longer than a proxy in front keeps it, or the proxy
 * sends a request into one that the server is about to close. AWS's load balancer is given 600.
 */
export const keepAliveSeconds = 620;

/** Words after the image's entry point. Options that have a variable are set as variables. */
export function trackingServerCommand(server: TrackingServer): readonly string[] {
  const uvicorn = ["--timeout-graceful-shutdown", "20", "--timeout-keep-alive", String(keepAliveSeconds)];
  // With one worker the health checks are left out of the access log; several can't be told to.
  if (server.workers > 1) uvicorn.push("--no-access-log");
  const words = ["mlflow", "server", "--uvicorn-opts", uvicorn.join(" ")];
  // The one option without a variable.
  return server.login ? [...words, "--app-name", "basic-auth"] : words;
}

/** What every topology's server is told; the stores add theirs. */
export function trackingServerEnvironment(
  server: TrackingServer,
  profile: HostProfileName,
  security: {
    readonly allowedHosts: readonly string[];
    readonly allowedOrigins: readonly string[];
  },
): Record<string, EnvValue> {
  const { pool } = hostProfiles[profile];
  return {
    MLFLOW_HOST: listen("host"),
    MLFLOW_PORT: listen("port"),
    MLFLOW_WORKERS: literal(String(server.workers)),
    MLFLOW_SERVER_ALLOWED_HOSTS: literal(security.allowedHosts.join(",")),
    MLFLOW_SERVER_CORS_ALLOWED_ORIGINS: literal(security.allowedOrigins.join(",")),
    MLFLOW_SERVER_ENABLE_JOB_EXECUTION: literal("false"),
    MLFLOW_ALLOW_PICKLE_DESERIALIZATION: literal("false"),
    MLFLOW_DISABLE_TELEMETRY: literal("true"),
    MLFLOW_SQLALCHEMYSTORE_POOL_SIZE: literal(String(pool.size)),
    MLFLOW_SQLALCHEMYSTORE_MAX_OVERFLOW: literal(String(pool.overflow)),
    // glibc keeps an arena per thread otherwise; 20 to 30 MiB after the first busy minute.
    MALLOC_ARENA_MAX: literal("2"),
    // The image has no git, which MLflow's client part would warn about.
    GIT_PYTHON_REFRESH: literal("quiet"),
  };
}
