import {
  parseHostPath,
  topologies,
  type ArtifactStoreProps,
  type BackendStoreProps,
  type HostPath,
  type LoginProps,
  type MlflowDeploymentProps,
  type Problems,
  type Topology,
  type TrackingServerProps,
} from "../constructs/mlflow/index.js";
import { artifactStoreFromEnvironment } from "./artifact-store-props.js";
import { backendStoreFromEnvironment } from "./backend-store-props.js";
import type { Machine } from "./load.js";
import type { Environment } from "./schema.js";

/**
 * What the environment says, in the words of the model. Only what is set appears.
 *
 * @param machine - how this machine spells paths
 */
export function propsFromEnvironment(
  topology: Topology,
  environment: Environment,
  machine: Machine,
  problems: Problems,
): MlflowDeploymentProps {
  const backend = backendStoreFromEnvironment(topology, environment, machine, problems);
  const artifacts = artifactStoreFromEnvironment(topology, environment, machine, problems);
  const directories = [
    ["MLSTACK_DATA_DIRECTORY", readDirectory(environment, machine, problems)],
    ["MLFLOW_BACKEND_STORE_URI", backend.directory],
    ["MLFLOW_ARTIFACTS_DESTINATION", artifacts.directory],
  ] as const;
  const dataDirectory = oneDirectory(directories, problems);
  return {
    topology,
    ...defined("name", environment.MLSTACK_NAME),
    ...defined("profile", environment.MLSTACK_PROFILE),
    trackingServer: trackingServer(environment, dataDirectory, problems),
    ...defined<"backendStore", BackendStoreProps>("backendStore", backend.props),
    ...defined<"artifactStore", ArtifactStoreProps>("artifactStore", artifacts.props),
    ...defined("bucketInit", environment.MLSTACK_BUCKET_INIT),
  };

  function trackingServer(
    values: Environment,
    directory: HostPath | undefined,
    found: Problems,
  ): TrackingServerProps {
    return {
      ...defined("bindAddress", values.MLFLOW_HOST),
      ...defined("port", values.MLFLOW_PORT),
      ...defined("publicUrls", values.MLSTACK_PUBLIC_URLS),
      ...defined("workers", values.MLFLOW_WORKERS),
      ...defined("login", login(topology, values, found)),
      ...defined("dataDirectory", directory),
      // A folder of the user's is written by the user, a Docker volume by the image's own.
      ...defined("user", directory && machine.user),
    };
  }
}

function login(
  topology: Topology,
  environment: Environment,
  problems: Problems,
): LoginProps | boolean | undefined {
  const {
    MLSTACK_LOGIN: asked,
    MLFLOW_AUTH_ADMIN_USERNAME,
    MLSTACK_DEFAULT_PERMISSION,
  } = environment;
  const details = {
    ...defined("adminUsername", MLFLOW_AUTH_ADMIN_USERNAME),
    ...defined("defaultPermission", MLSTACK_DEFAULT_PERMISSION),
  };
  if (asked ?? topologies[topology].login) {
    return Object.keys(details).length > 0 ? details : asked;
  }
  for (const name of ["MLFLOW_AUTH_ADMIN_USERNAME", "MLSTACK_DEFAULT_PERMISSION"] as const) {
    problems.require(
      environment[name] === undefined,
      name,
      "must not be set without a login; set MLSTACK_LOGIN=true, or remove it",
    );
  }
  return asked;
}

function readDirectory(
  environment: Environment,
  machine: Machine,
  problems: Problems,
): HostPath | undefined {
  const text = environment.MLSTACK_DATA_DIRECTORY;
  if (text === undefined) return undefined;
  const result = parseHostPath(text, machine.pathStyle, machine.directory);
  if (result.ok) return result.value;
  problems.add("MLSTACK_DATA_DIRECTORY", result.problem);
  return undefined;
}

/** All of SQLite, plain files and artifacts are in one folder, so two names must agree. */
function oneDirectory(
  named: readonly (readonly [string, HostPath | undefined])[],
  problems: Problems,
): HostPath | undefined {
  const found = named.flatMap(([name, path]) => (path ? [{ name, path }] : []));
  const [first, ...others] = found;
  for (const { name, path } of others) {
    problems.require(
      path.path === first?.path.path,
      name,
      `must be in the same folder as ${first?.name} says ("${first?.path.path}"); got a place in "${path.path}"`,
    );
  }
  return first?.path;
}

function defined<K extends string, T>(key: K, value: T | undefined): { [P in K]?: T } {
  return value === undefined ? {} : ({ [key]: value } as { [P in K]: T });
}
