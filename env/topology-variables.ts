import {
  resolveDeployment,
  secretNames,
  topologies,
  unreachable,
  type ArtifactStoreKind,
  type ArtifactStoreProps,
  type SecretName,
  type Topology,
} from "../constructs/mlflow/index.js";
import { isForAws } from "./aws-scope.js";
import type { SettingsScope } from "./load.js";
import { variableMeta, variableNames, type VariableName } from "./schema.js";

/**
 * Variables that mean something in a topology, in the order of the schema.
 *
 * @param scope - with or without those of a stack; on AWS no secret is a setting
 */
export function variablesOf(
  topology: Topology,
  scope: SettingsScope = "folder",
): readonly VariableName[] {
  const { backendStores, artifactStores } = topologies[topology];
  const kinds: readonly string[] = [...backendStores, ...artifactStores];
  const secrets = secretsIn(topology);
  return variableNames.filter((name) => {
    if (scope === "aws") return isForAws(name);
    if (variableMeta(name).aws === true) return false;
    if (variableMeta(name).stack === true) return scope === "stack";
    if (name === "MLSTACK_RUNTIME" && scope === "stack") return false;
    // The URI of a file or SQLite store is no secret, and every topology has some store's.
    if (name === "MLFLOW_BACKEND_STORE_URI") return true;
    if (isSecret(name)) return secrets.has(name);
    const { stores } = variableMeta(name);
    return stores === undefined || stores.some((kind) => kinds.includes(kind));
  });
}

/** Whether a variable is one of the model's secrets. */
export const isSecret = (name: string): name is SecretName =>
  (secretNames as readonly string[]).includes(name);

/** Secrets of every deployment that the topology takes, as the model itself has them. */
function secretsIn(topology: Topology): ReadonlySet<SecretName> {
  const { backendStores, artifactStores } = topologies[topology];
  const deployments = backendStores.flatMap((kind) =>
    artifactStores.map((artifacts) =>
      resolveDeployment({
        topology,
        backendStore: { kind },
        artifactStore: sampleStore(artifacts),
        trackingServer: { login: kind !== "file" },
      }),
    ),
  );
  return new Set(deployments.flatMap(({ secrets }) => secrets.map(({ name }) => name)));
}

/** Any store of a kind: its secrets do not depend on where its bucket is. */
function sampleStore(kind: ArtifactStoreKind): ArtifactStoreProps {
  switch (kind) {
    case "local":
    case "rustfs":
      return { kind };
    case "s3":
      return { kind, bucket: "example" };
    case "s3-compatible":
      return { kind, bucket: "example", endpoint: "https://s3.example.com" };
    default:
      return unreachable(kind);
  }
}
