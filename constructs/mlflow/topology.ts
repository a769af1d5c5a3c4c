import type { ArtifactStoreKind, ArtifactStoreProps } from "./artifact-store.js";
import type { BackendStoreKind, BackendStoreProps } from "./backend-store.js";

/**
 * The set-ups of MLflow's documentation.
 *
 * @see https://mlflow.org/docs/latest/self-hosting/architecture/overview/#common-setups
 */
export type Topology = "localhost-files" | "localhost-database" | "remote-server";

export interface TopologySpec {
  readonly summary: string;
  /** The first one is the default. */
  readonly backendStores: readonly [BackendStoreKind, ...BackendStoreKind[]];
  readonly artifactStores: readonly [ArtifactStoreKind, ...ArtifactStoreKind[]];
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
    backendStores: ["file"],
    artifactStores: ["local"],
    defaults: { backendStore: { kind: "file" }, artifactStore: { kind: "local" } },
    login: false,
    loopbackOnly: true,
  },
  "localhost-database": {
    summary: "a database and local artifacts on this machine, for one person",
    backendStores: ["sqlite", "postgres", "external"],
    artifactStores: ["local"],
    defaults: { backendStore: { kind: "sqlite" }, artifactStore: { kind: "local" } },
    login: false,
    loopbackOnly: true,
  },
  "remote-server": {
    summary: "tracking server with login, PostgreSQL and an S3 store, for several people",
    backendStores: ["postgres", "external"],
    artifactStores: ["rustfs", "s3", "s3-compatible"],
    defaults: { backendStore: { kind: "postgres" }, artifactStore: { kind: "rustfs" } },
    login: true,
    loopbackOnly: false,
  },
};

export const topologyNames = Object.keys(topologies) as readonly Topology[];
