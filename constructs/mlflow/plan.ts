import { artifactStoreRequirements } from "./artifact-store.js";
import { backendStoreRequirements } from "./backend-store.js";
import type { ContainerPlan, ContainerSpec } from "./container.js";
import type { MlflowDeployment } from "./deployment.js";
import { planBucketInit, planDbUpgrade, planSecretsInit } from "./plan-jobs.js";
import { planArtifactStore, planBackendStore } from "./plan-stores.js";
import { planTrackingServer } from "./plan-tracking-server.js";

/** Lowers the roles to containers, in start order. */
export function planContainers(deployment: MlflowDeployment): ContainerPlan {
  const readers = [
    planBackendStore(deployment),
    planArtifactStore(deployment),
    planBucketInit(deployment),
    planDbUpgrade(deployment),
    planTrackingServer(deployment),
  ].filter((container): container is ContainerSpec => container !== undefined);
  const secretsInit = planSecretsInit(deployment, readers);
  return {
    name: deployment.name,
    containers: secretsInit ? [secretsInit, ...readers] : readers,
    requirements: [
      "core",
      ...artifactStoreRequirements(deployment.artifactStore),
      ...backendStoreRequirements(deployment.backendStore),
      ...(deployment.trackingServer.login ? (["login"] as const) : []),
    ],
  };
}
