import type { ContainerDefinition } from "../../../constructs/aws/container-definition.js";
import type { FargateTask } from "./fargate-task.js";

/** A service of a Compose file. */
export type ComposeService = Readonly<Record<string, unknown>>;

export interface FargateServiceOptions {
  /** What ECS read for `secrets`, by variable. */
  readonly secrets: Readonly<Record<string, string>>;
  /** Paths that the image declares as `VOLUME`. */
  readonly declaredVolumes: readonly string[];
  /** Variables that the definition does not have. */
  readonly environment?: Readonly<Record<string, string>>;
  /** Files of the test that are mounted over the image's, as Compose writes them. */
  readonly files?: readonly string[];
}

/**
 * A task as Compose starts it: the definition as it is, within the task's CPU and memory. Where the
 * logs go is left out. A field that is not known here is an error, so that none is passed over.
 */
export function fargateService(task: FargateTask, options: FargateServiceOptions): ComposeService {
  const {
    name: _name,
    essential: _essential,
    logConfiguration: _log,
    // Fargate gives a task its own address: the port in the container is the port.
    portMappings: _ports,
    volumesFrom,
    systemControls,
    mountPoints,
    environment,
    secrets,
    linuxParameters,
    ulimits,
    stopTimeout,
    healthCheck,
    readonlyRootFilesystem,
    image,
    user,
    command,
    ...unknown
  } = task.container;
  const others = [...Object.keys(unknown), ...volumesFrom, ...systemControls];
  if (others.length > 0) throw new Error(`not known how Fargate treats ${others.join(", ")}`);
  const values = secrets.map(({ name }) => [name, options.secrets[name]]);
  return {
    image,
    user,
    command,
    read_only: readonlyRootFilesystem,
    environment: {
      ...Object.fromEntries(environment.map(({ name, value }) => [name, value])),
      ...Object.fromEntries(values),
      ...options.environment,
    },
    cap_drop: linuxParameters.capabilities.drop,
    ulimits: Object.fromEntries(
      ulimits.map(({ name, softLimit, hardLimit }) => [name, { soft: softLimit, hard: hardLimit }]),
    ),
    stop_grace_period: `${stopTimeout}s`,
    healthcheck: renderHealthCheck(healthCheck),
    cpus: task.cpus,
    mem_limit: `${task.memoryMiB}m`,
    memswap_limit: `${task.memoryMiB}m`,
    volumes: [
      ...mountPoints.map((mount) => renderVolume(mount, options)),
      ...(options.files ?? []),
    ],
  };
}

function renderHealthCheck(check: ContainerDefinition["healthCheck"]) {
  if (!check) return { disable: true };
  const { command, interval, timeout, retries, startPeriod } = check;
  return {
    test: command,
    interval: `${interval}s`,
    timeout: `${timeout}s`,
    retries,
    start_period: `${startPeriod}s`,
  };
}

/** Fargate makes a volume root's, and copies what the image has there only for a `VOLUME`. */
function renderVolume(
  { sourceVolume, containerPath, readOnly }: ContainerDefinition["mountPoints"][number],
  { declaredVolumes }: FargateServiceOptions,
) {
  return {
    type: "volume",
    source: sourceVolume,
    target: containerPath,
    read_only: readOnly,
    volume: { nocopy: !declaredVolumes.includes(containerPath) },
  };
}
