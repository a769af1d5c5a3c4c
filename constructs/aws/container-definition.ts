import {
  resolveEnvValue,
  unreachable,
  type ContainerSpec,
  type EnvResolver,
  type EnvValue,
  type HealthCheck,
  type SecretName,
} from "../mlflow/index.js";

/** A container of a task, as ECS reads it. */
export interface ContainerDefinition {
  readonly name: string;
  readonly image: string;
  readonly essential: boolean;
  readonly user: string;
  readonly command?: readonly string[];
  readonly readonlyRootFilesystem: boolean;
  readonly environment: readonly { readonly name: string; readonly value: string }[];
  readonly secrets: readonly { readonly name: string; readonly valueFrom: string }[];
  readonly portMappings: readonly {
    readonly containerPort: number;
    readonly hostPort: number;
    readonly protocol: "tcp";
  }[];
  readonly mountPoints: readonly {
    readonly sourceVolume: string;
    readonly containerPath: string;
    readonly readOnly: boolean;
  }[];
  readonly volumesFrom: readonly never[];
  readonly systemControls: readonly never[];
  readonly linuxParameters: { readonly capabilities: { readonly drop: readonly ["ALL"] } };
  readonly ulimits: readonly {
    readonly name: "nofile";
    readonly softLimit: number;
    readonly hardLimit: number;
  }[];
  readonly stopTimeout: number;
  readonly healthCheck?: {
    readonly command: readonly string[];
    readonly interval: number;
    readonly timeout: number;
    readonly retries: number;
    readonly startPeriod: number;
  };
  readonly logConfiguration: {
    readonly logDriver: "awslogs";
    readonly options: Readonly<Record<string, string>>;
  };
}

export interface ContainerDefinitionOptions {
  readonly image: string;
  readonly region: string;
  readonly logGroup: string;
  readonly resolver: EnvResolver;
  /** ARN of a secret, with `:key::` behind it where it is a JSON object. */
  readonly referenceOf: (name: SecretName) => string;
  /** Variables that this target has and the plan does not know. */
  readonly environment?: Readonly<Record<string, string>>;
}

/** Files that a container may have open. */
const openFiles = 16_384;

/**
 * A container of the plan as ECS runs it. What the plan hands over as a file, `X_FILE`, ECS hands
 * over as the variable `X`, from Secrets Manager.
 *
 * @see https://docs.aws.amazon.com/AmazonECS/latest/developerguide/task_definition_parameters.html
 */
export function renderContainerDefinition(
  container: ContainerSpec,
  options: ContainerDefinitionOptions,
): ContainerDefinition {
  const { image, region, logGroup, referenceOf } = options;
  const { plain, secret } = splitEnvironment(container, options);
  return {
    name: container.role,
    image,
    essential: true,
    user: container.user,
    ...(container.command.length > 0 && {
      command: container.command.map(options.resolver.literal),
    }),
    readonlyRootFilesystem: container.readOnlyRoot,
    environment: plain,
    secrets: secret.map(([name, value]) => ({ name, valueFrom: referenceOf(value) })),
    portMappings: container.ports.map(({ containerPort }) => ({
      containerPort,
      hostPort: containerPort,
      protocol: "tcp",
    })),
    mountPoints: temporaryPaths(container).map(({ volume, path }) => ({
      sourceVolume: volume,
      containerPath: path,
      readOnly: false,
    })),
    // What ECS fills in where it is left out, and Terraform would show as a change.
    volumesFrom: [],
    systemControls: [],
    linuxParameters: { capabilities: { drop: ["ALL"] } },
    ulimits: [{ name: "nofile", softLimit: openFiles, hardLimit: openFiles }],
    stopTimeout: container.stopGraceSeconds,
    ...(container.healthCheck && { healthCheck: renderHealthCheck(container.healthCheck) }),
    logConfiguration: {
      logDriver: "awslogs",
      options: {
        "awslogs-group": logGroup,
        "awslogs-region": region,
        "awslogs-stream-prefix": container.role,
      },
    },
  };
}

/** Volumes that a container's temporary files are on: on disk, since tmpfs is the task's memory. */
export function temporaryPaths(
  container: ContainerSpec,
): readonly { readonly volume: string; readonly path: string }[] {
  const mounted = container.mounts.flatMap(({ source, path, readOnly }) => {
    switch (source.kind) {
      case "volume":
        // Secrets come as variables, and data is in the stores.
        return readOnly ? [] : [{ volume: source.name as string, path }];
      case "directory":
        throw new Error(`bug: a task has no directory of a host; got ${source.path}`);
      default:
        return unreachable(source);
    }
  });
  const memory = container.tmpfs.map(({ path }) => ({
    volume: `${container.role}${path.replaceAll("/", "-")}`,
    path,
  }));
  return [...mounted, ...memory];
}

type Split = {
  readonly plain: readonly { readonly name: string; readonly value: string }[];
  readonly secret: readonly (readonly [name: string, secret: SecretName])[];
};

function splitEnvironment(
  { environment }: ContainerSpec,
  { resolver, environment: own = {} }: ContainerDefinitionOptions,
): Split {
  const entries = Object.entries(environment).sort(([a], [b]) => (a < b ? -1 : 1));
  const secret = entries.flatMap(([name, value]) => {
    const read = secretIn(name, value);
    return read ? [[name.replace(/_FILE$/, ""), read] as const] : [];
  });
  const known = entries
    .filter(([name, value]) => secretIn(name, value) === undefined)
    .map(([name, value]) => [name, resolveEnvValue(value, resolver)] as const);
  const all = Object.entries({ ...Object.fromEntries(known), ...own });
  return { plain: all.map(([name, value]) => ({ name, value })), secret };
}

/** The secret of a variable that points to the file with it. */
function secretIn(name: string, value: EnvValue): SecretName | undefined {
  const part = value.find(({ kind }) => kind === "secret-file");
  if (part?.kind !== "secret-file") return undefined;
  if (value.length > 1 || !name.endsWith("_FILE")) {
    throw new Error(`bug: ECS can't hand over ${name}, which is more than one secret's file`);
  }
  return part.name;
}

const renderHealthCheck = (check: HealthCheck) => ({
  command: ["CMD", ...check.command],
  interval: Math.max(5, check.intervalSeconds),
  timeout: Math.max(2, check.timeoutSeconds),
  retries: Math.min(10, check.retries),
  startPeriod: Math.min(300, check.startPeriodSeconds),
});
