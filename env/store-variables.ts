import {
  externalDrivers,
  topologies,
  type ArtifactStoreKind,
  type BackendStoreKind,
  type Topology,
} from "../constructs/mlflow/index.js";
import type { VariableName } from "./schema.js";

/** Variables that mean something for each kind of artifact store only. */
export const artifactStoreVariables: Readonly<Record<ArtifactStoreKind, readonly VariableName[]>> =
  {
    local: [],
    rustfs: ["MLSTACK_RUSTFS_IMAGE", "MLSTACK_BUCKET_INIT"],
    s3: ["AWS_DEFAULT_REGION", "MLSTACK_S3_CREDENTIALS", "MLSTACK_BUCKET_INIT"],
    "s3-compatible": ["AWS_DEFAULT_REGION", "MLFLOW_S3_ENDPOINT_URL", "MLSTACK_BUCKET_INIT"],
  };

/** The same for each kind of backend store. */
export const backendStoreVariables: Readonly<Record<BackendStoreKind, readonly VariableName[]>> = {
  file: ["MLFLOW_BACKEND_STORE_URI"],
  sqlite: ["MLFLOW_BACKEND_STORE_URI"],
  postgres: ["MLSTACK_POSTGRES_IMAGE"],
  external: ["MLFLOW_BACKEND_STORE_URI"],
};

/** Values that tell the kinds of the stores, as texts or parsed. */
export interface StoreValues {
  readonly MLSTACK_BACKEND_STORE?: string | undefined;
  readonly MLFLOW_BACKEND_STORE_URI?: string | undefined;
  readonly MLSTACK_ARTIFACT_STORE?: string | undefined;
  readonly MLFLOW_ARTIFACTS_DESTINATION?: string | undefined;
  readonly MLFLOW_S3_ENDPOINT_URL?: string | undefined;
}

/** The kind that is asked for, else what the form of the destination tells, else the topology's. */
export function artifactStoreKind(topology: Topology, values: StoreValues): ArtifactStoreKind {
  const { MLSTACK_ARTIFACT_STORE: asked, MLFLOW_ARTIFACTS_DESTINATION: destination } = values;
  if (asked) return asked as ArtifactStoreKind;
  if (!destination) return topologies[topology].defaults.artifactStore.kind;
  if (!/^s3:/i.test(destination)) return "local";
  return values.MLFLOW_S3_ENDPOINT_URL ? "s3-compatible" : "s3";
}

/** The kind that is asked for, else what the beginning of the URI tells, else the topology's. */
export function backendStoreKind(topology: Topology, values: StoreValues): BackendStoreKind {
  const { MLSTACK_BACKEND_STORE: asked, MLFLOW_BACKEND_STORE_URI: uri } = values;
  if (asked) return asked as BackendStoreKind;
  if (!uri) return topologies[topology].defaults.backendStore.kind;
  if (externalDrivers.some((driver) => uri.startsWith(`${driver}://`))) return "external";
  return /^sqlite:/i.test(uri) ? "sqlite" : "file";
}
