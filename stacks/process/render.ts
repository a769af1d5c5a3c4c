import {
  fileUri,
  joinHostPath,
  planContainers,
  requireTarget,
  resolveEnvValue,
  sqliteUri,
  unreachable,
  type ContainerRole,
  type ContainerSpec,
  type EnvResolver,
  type HostPath,
  type MlflowDeployment,
  type PathForm,
} from "../../constructs/mlflow/index.js";

/** Where the process finds what a container has in its image and volumes. */
export interface ProcessPaths {
  /** The environment's interpreter, as the machine spells it. */
  readonly python: string;
  readonly scripts: HostPath;
  readonly data: HostPath;
  /** The server's own; it empties this folder at each start. */
  readonly temporary: HostPath;
  readonly secrets: HostPath;
}

/** A program with its arguments, run without a shell. */
export interface ProcessCommand {
  readonly command: readonly string[];
  readonly environment: Readonly<Record<string, string>>;
}

export interface RenderedProcess extends ProcessCommand {
  /** Run to their end, in this order, before the server starts. */
  readonly jobs: readonly (ProcessCommand & { readonly role: ContainerRole })[];
  /** Seconds between the stop signal and a kill. */
  readonly stopGraceSeconds: number;
  /** Seconds in which the server has to answer. */
  readonly startSeconds: number;
}

/**
 * The tracking server and its jobs as local processes: the same command words and environment as
 * in a container, with this machine's paths and addresses.
 *
 * @throws {ConfigError} for a deployment that needs containers
 */
export function renderProcess(deployment: MlflowDeployment, paths: ProcessPaths): RenderedProcess {
  requireTarget(deployment, "process");
  const { containers } = planContainers(deployment);
  const server = containers.find(({ role }) => role === "tracking-server");
  if (!server) throw new Error("bug: a plan without a tracking server");
  return {
    ...renderCommand(server, paths, resolver(server, paths)),
    jobs: containers.filter(isLocalJob).map((job) => ({
      role: job.role,
      ...renderCommand(job, paths, resolver(server, paths)),
    })),
    stopGraceSeconds: server.stopGraceSeconds,
    startSeconds: server.healthCheck?.startPeriodSeconds ?? 120,
  };
}

function isLocalJob({ role }: ContainerSpec): boolean {
  switch (role) {
    case "bucket-init":
    case "db-upgrade":
      return true;
    // Fills volumes; a process reads the secret files where they were written.
    case "secrets-init":
    case "tracking-server":
      return false;
    case "backend-store":
    case "artifact-store":
      throw new Error(`bug: "${role}" passed the target's check but needs a container`);
    default:
      return unreachable(role);
  }
}

function renderCommand(
  { command, environment }: ContainerSpec,
  paths: ProcessPaths,
  resolve: EnvResolver,
): ProcessCommand {
  const own = Object.entries(environment).map(([name, value]) => [
    name,
    resolveEnvValue(value, resolve),
  ]);
  return {
    command: [paths.python, joinHostPath(paths.scripts, "run.py").path, ...command],
    environment: {
      ...(Object.fromEntries(own) as Record<string, string>),
      TMPDIR: paths.temporary.path,
      // What the image sets: lines reach the log at once, and text files are UTF-8 on Windows too.
      PYTHONUNBUFFERED: "1",
      PYTHONUTF8: "1",
    },
  };
}

/** No text is escaped: a process takes its environment as it is. */
function resolver(server: ContainerSpec, paths: ProcessPaths): EnvResolver {
  const port = server.ports[0];
  if (!port) throw new Error("bug: a tracking server without a port");
  return {
    literal: (text) => text,
    secretFile: (name) => joinHostPath(paths.secrets, name).path,
    address: (role) => {
      throw new Error(`bug: "${role}" has no address outside containers`);
    },
    dataPath: (path, form) => formatPath(joinHostPath(paths.data, path), form),
    listen: (part) => (part === "host" ? port.hostAddress : String(port.hostPort)),
  };
}

function formatPath(path: HostPath, form: PathForm): string {
  switch (form) {
    case "path":
      return path.path;
    case "file-uri":
      return fileUri(path);
    case "sqlite-uri":
      return sqliteUri(path);
    default:
      return unreachable(form);
  }
}
