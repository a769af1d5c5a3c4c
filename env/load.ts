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
import { propsFromEnvironment } from "./deployment-props.js";
import { environmentSchema, type VariableName } from "./schema.js";

/** What reading paths needs to know of the machine. */
export interface Machine {
  readonly pathStyle: PathStyle;
  /** Absolute directory that `./x` is relative to. */
  readonly directory: string;
  /** Numeric `uid:gid` of the person at it; undefined for root and where there is none. */
  readonly user?: string;
}

export interface LoadedDeployment {
  readonly deployment: MlflowDeployment;
  readonly runtime: "auto" | "docker" | "process";
  /** Secrets that the user supplied. */
  readonly secrets: Readonly<Partial<Record<SecretName, string>>>;
}

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
];

/** The same problems under the names of the environment. */
export function inEnvironmentWords(error: ConfigError): ConfigError {
  const rename = (text: string) =>
    variables
      .filter(([field]) => field.includes("."))
      .reduce((result, [field, variable]) => result.replaceAll(field, variable), text);
  return new ConfigError(
    error.problems.map(({ path, problem }) => ({
      path:
        variables.find(([field]) => path === field || path.startsWith(`${field}[`))?.[1] ?? path,
      problem: rename(problem),
    })),
  );
}

/**
 * Reads an environment into a deployment.
 *
 * @param values - texts by name; an empty one counts as not set
 * @throws {ConfigError} with every problem, in the words of the environment
 */
export function loadDeployment(
  topology: Topology,
  values: Readonly<Record<string, string>>,
  machine: Machine,
): LoadedDeployment {
  const set = Object.fromEntries(Object.entries(values).filter(([, value]) => value !== ""));
  const parsed = environmentSchema.safeParse(set);
  const problems = new Problems();
  for (const issue of parsed.error?.issues ?? []) {
    if (issue.code === "unrecognized_keys") {
      for (const name of issue.keys)
        problems.add(name, "is not a variable of mlflow-stacks; remove it, or correct its name");
    } else problems.add(issue.path.join("."), issue.message);
  }
  problems.throwIfAny();
  const environment = parsed.data ?? {};
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
  return { deployment, runtime: environment.MLSTACK_RUNTIME ?? "auto", secrets };
}

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
