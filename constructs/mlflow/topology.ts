import type { ArtifactStoreKind, ArtifactStoreProps } from "./artifact-store.js";
import type { BackendStoreKind, BackendStoreProps } from "./backend-store.js";
import { kindsIn } from "./target.js";

/**
 * The set-ups of MLflow's documentation.
 *
 * @see https://mlflow.org/docs/latest/self-hosting/architecture/overview/#common-setups
 */
export type Topology = "localhost-files" | "localhost-database" | "remote-server";

export interface TopologySpec {
  readonly summary: string;
  readonly backendStores: readonly BackendStoreKind[];
  readonly artifactStores: readonly ArtifactStoreKind[];
  readonly defaults: {
    readonly backendStore: BackendStoreProps;
    readonly artifactStore: ArtifactStoreProps;
  };
  /** Whether people log in unless the props say otherwise. */
  readonly login: boolean;
  /** Whether the server may only be reached from its own machine. */
  readonly loopbackOnly: boolean;
}

export const topologies: Readonly<Record<Topology, TopologySpec>> = {
  "localhost-files": {
    summary: "plain files on this machine, for one person",
    backendStores: kindsIn("backendStore", "localhost-files"),
    artifactStores: kindsIn("artifactStore", "localhost-files"),
    defaults: { backendStore: { kind: "file" }, artifactStore: { kind: "local" } },
    login: false,
    loopbackOnly: true,
  },
  "localhost-database": {
    summary: "a database and local artifacts on this machine, for one person",
    backendStores: kindsIn("backendStore", "localhost-database"),
    artifactStores: kindsIn("artifactStore", "localhost-database"),
    defaults: { backendStore: { kind: "sqlite" }, artifactStore: { kind: "local" } },
    login: false,
    loopbackOnly: true,
  },
  "remote-server": {
    summary: "tracking server with login, PostgreSQL and an S3 store, for several people",
    backendStores: kindsIn("backendStore", "remote-server"),
    artifactStores: kindsIn("artifactStore", "remote-server"),
    defaults: { backendStore: { kind: "postgres" }, artifactStore: { kind: "rustfs" } },
    login: true,
    loopbackOnly: false,
  },
};

export const topologyNames = Object.keys(topologies) as readonly Topology[];
