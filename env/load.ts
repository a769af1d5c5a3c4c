import {
  ConfigError,
  Problems,
  resolveDeployment,
  secretNames,
  type MlflowDeployment,
  type PathStyle,
  type SecretName,
  type Topology,
} from "../constructs/mlflow/index.js";
import { awsRefusal } from "./aws-scope.js";
import { targetVariables } from "./aws-settings.js";
import { propsFromEnvironment } from "./deployment-props.js";
import {
  environmentSchema,
  variableMeta,
  variableNames,
  type Environment,
  type VariableName,
} from "./schema.js";

/** What reading paths needs to know of the machine. */
export interface Machine {
  readonly pathStyle: PathStyle;
  /** Absolute directory that `./x` is relative to. */
  readonly directory: string;
  /** Numeric `uid:gid` of the person at it; undefined for root and where there is none. */
  readonly user?: string;
}

/** Settings of the Docker host and the state of a stack, as they were written. */
export interface StackSettings {
  readonly dockerHost: string | undefined;
  readonly sshJump: string | undefined;
  readonly sshKey: string | undefined;
  readonly sshOptions: readonly string[];
  readonly state: string | undefined;
}

export interface LoadedDeployment {
  readonly deployment: MlflowDeployment;
  readonly runtime: "auto" | "docker" | "process";
  /** Secrets that the user supplied. */
  readonly secrets: Readonly<Partial<Record<SecretName, string>>>;
  readonly stack: StackSettings;
}

/**
 * What the settings are read for: a folder of `up` and `generate`, a stack on a Docker host, or the
 * stack on AWS.
 */
export type SettingsScope = "folder" | "stack" | "aws";

/** The variable behind a field, so that a message has the word the user typed. */
const variables: readonly (readonly [string, VariableName])[] = [
  ["name", "MLSTACK_NAME"],
  ["profile", "MLSTACK_PROFILE"],
  ["trackingServer.bindAddress", "MLFLOW_HOST"],
  ["trackingServer.port", "MLFLOW_PORT"],
  ["trackingServer.publicUrls", "MLSTACK_PUBLIC_URLS"],
  ["trackingServer.login.adminUsername", "MLFLOW_AUTH_ADMIN_USERNAME"],
  ["trackingServer.login.defaultPermission", "MLSTACK_DEFAULT_PERMISSION"],
  ["trackingServer.login", "MLSTACK_LOGIN"],
  ["trackingServer.workers", "MLFLOW_WORKERS"],
  ["trackingServer.dataDirectory", "MLSTACK_DATA_DIRECTORY"],
  ["backendStore.image", "MLSTACK_POSTGRES_IMAGE"],
  ["backendStore.driver", "MLFLOW_BACKEND_STORE_URI"],
  ["backendStore.kind", "MLSTACK_BACKEND_STORE"],
  ["artifactStore.image", "MLSTACK_RUSTFS_IMAGE"],
  ["artifactStore.bucket", "MLFLOW_ARTIFACTS_DESTINATION"],
  ["artifactStore.prefix", "MLFLOW_ARTIFACTS_DESTINATION"],
  ["artifactStore.endpoint", "MLFLOW_S3_ENDPOINT_URL"],
  ["artifactStore.region", "AWS_DEFAULT_REGION"],
  ["artifactStore.credentials", "MLSTACK_S3_CREDENTIALS"],
  ["artifactStore.kind", "MLSTACK_ARTIFACT_STORE"],
  ["bucketInit", "MLSTACK_BUCKET_INIT"],
  ["dockerHost.url", "MLSTACK_DOCKER_HOST"],
  ["dockerHost.jump", "MLSTACK_SSH_JUMP"],
  ["dockerHost.keyFile", "MLSTACK_SSH_KEY"],
  ["dockerHost.options", "MLSTACK_SSH_OPTIONS"],
  ...Object.entries(targetVariables).map(
    ([field, variable]) => [`target.${field}`, variable] as const,
  ),
];

/** Longer ones first: `target.public` is the beginning of another. */
const longestFirst = variables.toSorted(([one], [other]) => other.length - one.length);

/** The same problems under the names of the environment. */
export function inEnvironmentWords(error: ConfigError): ConfigError {
  const rename = (text: string) =>
    longestFirst
      .filter(([field]) => field.includes("."))
      .reduce((result, [field, variable]) => result.replaceAll(field, variable), text)
      .replaceAll('{ kind: "s3", bucket }', "MLFLOW_ARTIFACTS_DESTINATION=s3://bucket/prefix");
  const named = (path: string) =>
    variables.find(([field]) => path === field || path.startsWith(`${field}[`))?.[1] ??
    path.replace(/^target\.secretArns(?=\.)/, targetVariables.secretArns);
  return new ConfigError(
    error.problems.map(({ path, problem }) => ({ path: named(path), problem: rename(problem) })),
  );
}

/**
 * Reads an environment into a deployment.
 *
 * @param values - texts by name; an empty one counts as not set
 * @param scope - a variable that only the other one takes is refused
 * @throws {ConfigError} with every problem, in the words of the environment
 */
export function loadDeployment(
  topology: Topology,
  values: Readonly<Record<string, string>>,
  machine: Machine,
  scope: SettingsScope = "folder",
): LoadedDeployment {
  const problems = new Problems();
  const environment = parseEnvironment(values, problems);
  requireScope(environment, scope, problems);
  const props = propsFromEnvironment(topology, environment, machine, problems);
  const deployment = resolveWith(problems, () => resolveDeployment(props));
  const secrets = Object.fromEntries(
    secretNames.flatMap((name) => {
      const value = environment[name];
      return value === undefined ? [] : [[name, value]];
    }),
  );
  // A file or SQLite store says its whole URI, which then holds no secret.
  if (deployment.backendStore.kind !== "external") delete secrets.MLFLOW_BACKEND_STORE_URI;
  return {
    deployment,
    runtime: environment.MLSTACK_RUNTIME ?? "auto",
    secrets,
    stack: stackSettingsOf(environment),
  };
}

const stackSettingsOf = (environment: Environment): StackSettings => ({
  dockerHost: environment.MLSTACK_DOCKER_HOST,
  sshJump: environment.MLSTACK_SSH_JUMP,
  sshKey: environment.MLSTACK_SSH_KEY,
  sshOptions: environment.MLSTACK_SSH_OPTIONS ?? [],
  state: environment.MLSTACK_STATE,
});

/** Those alone, as far as they can be read; what is wrong is for `loadDeployment` to tell. */
export const readStackValues = (values: Readonly<Record<string, string>>): StackSettings =>
  stackSettingsOf(parseEnvironment(values, new Problems()));

/** A setting that would do nothing is refused, as everywhere. */
export function requireScope(
  environment: Environment,
  scope: SettingsScope,
  problems: Problems,
): void {
  const given = variableNames.filter((name) => environment[name] !== undefined);
  if (scope === "aws") {
    for (const name of given) {
      const problem = awsRefusal(name, environment[name]);
      if (problem !== undefined) problems.add(name, problem);
    }
    return;
  }
  for (const name of given.filter((candidate) => variableMeta(candidate).aws === true)) {
    problems.add(name, "is for the stack aws; remove it, or use: deploy aws");
  }
  if (scope === "stack") {
    const { MLSTACK_RUNTIME: runtime = "auto" } = environment;
    const problem = `must be "docker" or "auto", because Terraform makes containers; got "${runtime}"`;
    problems.require(runtime !== "process", "MLSTACK_RUNTIME", problem);
    return;
  }
  for (const name of given.filter((candidate) => variableMeta(candidate).stack === true)) {
    const instead =
      name === "MLSTACK_DOCKER_HOST" ? "set DOCKER_HOST for docker and for mlstack up, or " : "";
    problems.add(name, `is for plan, deploy, destroy and output; ${instead}remove it`);
  }
}

/** The values that are right; what is wrong with the others goes to `problems`. */
export function parseEnvironment(
  values: Readonly<Record<string, string>>,
  problems: Problems,
): Environment {
  const wrong = new Set<string>();
  const refuse = (name: string, problem: string): void => {
    if (!wrong.has(name)) problems.add(name, problem);
    for (const each of [name, ...(dependents.get(name) ?? [])]) wrong.add(each);
  };
  const known = (name: string) => Object.hasOwn(environmentSchema.shape, name);
  const set = Object.entries(values).filter(([name, value]) => value !== "" || !known(name));
  for (const [name, value] of set) {
    if (/[\0-\x1f\x7f]|\p{Surrogate}/u.test(value)) {
      refuse(name, "must be one line without control characters");
    }
  }
  const parsed = environmentSchema.safeParse(Object.fromEntries(set));
  for (const issue of parsed.error?.issues ?? []) {
    const unknown = issue.code === "unrecognized_keys";
    for (const name of unknown ? issue.keys : [issue.path.join(".")]) {
      refuse(name, unknown ? unknownVariable : issue.message);
    }
  }
  return environmentSchema.parse(Object.fromEntries(set.filter(([name]) => !wrong.has(name))));
}

/** What cannot be judged while the first one is wrong. */
const dependents: ReadonlyMap<string, readonly VariableName[]> = new Map(
  Object.entries<readonly VariableName[]>({
    MLSTACK_LOGIN: ["MLFLOW_AUTH_ADMIN_USERNAME", "MLSTACK_DEFAULT_PERMISSION"],
    MLSTACK_BACKEND_STORE: ["MLFLOW_BACKEND_STORE_URI", "MLSTACK_POSTGRES_IMAGE"],
    MLSTACK_ARTIFACT_STORE: [
      "MLFLOW_ARTIFACTS_DESTINATION",
      "MLFLOW_S3_ENDPOINT_URL",
      "AWS_DEFAULT_REGION",
      "MLSTACK_S3_CREDENTIALS",
      "MLSTACK_BUCKET_INIT",
      "MLSTACK_RUSTFS_IMAGE",
    ],
  }),
);

const unknownVariable = "is not a variable of mlflow-stacks; remove it, or correct its name";

/** Adds the model's problems to those already found, so that one run shows all. */
function resolveWith(problems: Problems, resolve: () => MlflowDeployment): MlflowDeployment {
  try {
    const deployment = resolve();
    problems.throwIfAny();
    return deployment;
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    for (const { path, problem } of inEnvironmentWords(error).problems) problems.add(path, problem);
    throw problems.error();
  }
}
