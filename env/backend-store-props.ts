import {
  externalDrivers,
  Problems,
  topologies,
  type BackendStoreProps,
  type HostPath,
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
  const asked = environment.MLSTACK_BACKEND_STORE;
  const told = fromUri?.props?.kind;
  const { backendStores, defaults } = topologies[topology];
  if (asked === undefined && told !== undefined && !backendStores.includes(told)) {
    problems.add(
      uriName,
      `is for the backend store "${told}", and "${topology}" takes ${backendStores.map((name) => `"${name}"`).join(" or ")}; remove it, or use another topology`,
    );
    return { props: undefined };
  }
  const kind = asked ?? told ?? defaults.backendStore.kind;
  problems.require(
    told === undefined || told === kind,
    uriName,
    `is for the backend store "${told}"; remove it, or set MLSTACK_BACKEND_STORE=${told}`,
  );
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

const forms = `${externalDrivers.map((name) => `"${name}://"`).join(" or ")}, "sqlite:///" or a folder`;

function readUri(
  uri: string,
  machine: Machine,
  problems: Problems,
): StoreFromEnvironment<BackendStoreProps> {
  const driver = externalDrivers.find((name) => uri.startsWith(`${name}://`));
  if (driver) return { props: { kind: "external", driver } };
  // Two characters or more: one is a drive of Windows.
  const scheme = /^([a-z][a-z0-9+.-]+):(\/\/)?/i.exec(uri);
  const name = scheme?.[1]?.toLowerCase();
  if (scheme && name !== "sqlite" && name !== "file") {
    const family = name?.split("+")[0]?.replace(/^postgres$/, "postgresql");
    const proper = externalDrivers.find((candidate) => candidate.startsWith(`${family}+`));
    problems.add(
      uriName,
      proper
        ? `must name the driver that the image has; begins with "${scheme[0]}"; use "${proper}://"`
        : `must begin with ${forms}; begins with "${scheme[0]}"`,
    );
    return { props: undefined };
  }
  const found = new Problems();
  const store =
    name === "sqlite" ? readSqlite(uri, machine, found) : readFolder(uri, machine, found);
  const wrong = found.error().problems;
  // What was meant to be the URI of a database may have lost its beginning, and not its password.
  if (wrong.length > 0 && /[@?]/.test(uri)) {
    problems.add(uriName, `must begin with ${forms}; not shown, as it may hold a password`);
    return { props: undefined };
  }
  for (const { problem } of wrong) problems.add(uriName, problem);
  return store;
}

function readFolder(
  text: string,
  machine: Machine,
  problems: Problems,
): StoreFromEnvironment<BackendStoreProps> {
  const directory = readDataPath(text, "mlruns", uriName, machine, problems);
  return { props: { kind: "file" }, ...(directory && { directory }) };
}

function readSqlite(
  uri: string,
  machine: Machine,
  problems: Problems,
): StoreFromEnvironment<BackendStoreProps> {
  const path = /^sqlite:\/\/\/(.+)$/.exec(uri)?.[1];
  if (path === undefined) {
    problems.add(
      uriName,
      `must be "sqlite:///" and a path; got "${uri}"; use "${machine.pathStyle === "windows" ? "sqlite:///E:/mlflow/mlflow.db" : "sqlite:////srv/mlflow/mlflow.db"}"`,
    );
    return { props: { kind: "sqlite" } };
  }
  const directory = readDataPath(path, "mlflow.db", uriName, machine, problems);
  return { props: { kind: "sqlite" }, ...(directory && { directory }) };
}
