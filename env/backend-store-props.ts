import {
  externalDrivers,
  topologies,
  type BackendStoreProps,
  type HostPath,
  type Problems,
  type Topology,
} from "../constructs/mlflow/index.js";
import { readDataPath } from "./data-path.js";
import type { Machine } from "./load.js";
import type { Environment } from "./schema.js";

export interface StoreFromEnvironment<Props> {
  readonly props: Props | undefined;
  /** The data folder, where the URI names a place in it. */
  readonly directory?: HostPath;
}

const uriName = "MLFLOW_BACKEND_STORE_URI";

/** The store that `MLSTACK_BACKEND_STORE` names, or that the form of the URI tells. */
export function backendStoreFromEnvironment(
  topology: Topology,
  environment: Environment,
  machine: Machine,
  problems: Problems,
): StoreFromEnvironment<BackendStoreProps> {
  const uri = environment.MLFLOW_BACKEND_STORE_URI;
  const fromUri = uri === undefined ? undefined : readUri(uri, machine, problems);
  const kind =
    environment.MLSTACK_BACKEND_STORE ??
    fromUri?.props?.kind ??
    topologies[topology].defaults.backendStore.kind;
  if (fromUri?.props) {
    problems.require(
      fromUri.props.kind === kind,
      uriName,
      `is the URI of a "${fromUri.props.kind}" store; remove it, or set MLSTACK_BACKEND_STORE=${fromUri.props.kind}`,
    );
  }
  const image = environment.MLSTACK_POSTGRES_IMAGE;
  if (kind === "postgres") {
    return { props: { kind, ...(image !== undefined && { image }) } };
  }
  problems.require(
    image === undefined,
    "MLSTACK_POSTGRES_IMAGE",
    `must not be set with the backend store "${kind}"; remove it`,
  );
  if (kind === "external") return { props: fromUri?.props ?? { kind } };
  return { props: { kind }, ...(fromUri?.directory && { directory: fromUri.directory }) };
}

function readUri(
  uri: string,
  machine: Machine,
  problems: Problems,
): StoreFromEnvironment<BackendStoreProps> {
  const scheme = /^([a-z0-9]+(?:\+[a-z0-9]+)?):\/\//i.exec(uri)?.[1]?.toLowerCase();
  const driver = externalDrivers.find((name) => name === scheme);
  if (driver) return { props: { kind: "external", driver } };
  if (scheme === "sqlite") return readSqliteUri(uri, machine, problems);
  if (scheme !== undefined && scheme !== "file") {
    const [family] = scheme.split("+");
    const proper = externalDrivers.find((name) =>
      name.startsWith(`${String(family).replace(/^postgres$/, "postgresql")}+`),
    );
    problems.add(
      uriName,
      proper
        ? `must name the driver that the image has; begins with "${scheme}://"; use "${proper}://"`
        : `must begin with ${externalDrivers.map((name) => `"${name}://"`).join(" or ")}, "sqlite:///" or a folder; begins with "${scheme}://"`,
    );
    return { props: undefined };
  }
  const directory = readDataPath(uri, "mlruns", uriName, machine, problems);
  return { props: { kind: "file" }, ...(directory && { directory }) };
}

function readSqliteUri(
  uri: string,
  machine: Machine,
  problems: Problems,
): StoreFromEnvironment<BackendStoreProps> {
  const path = /^sqlite:\/\/\/(.+)$/i.exec(uri)?.[1];
  if (path === undefined) {
    problems.add(
      uriName,
      `must have three slashes and a path; got "${uri}"; use "${machine.pathStyle === "windows" ? "sqlite:///E:/mlflow/mlflow.db" : "sqlite:////srv/mlflow/mlflow.db"}"`,
    );
    return { props: undefined };
  }
  const directory = readDataPath(path, "mlflow.db", uriName, machine, problems);
  return { props: { kind: "sqlite" }, ...(directory && { directory }) };
}
