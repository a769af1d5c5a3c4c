import type { ContainerRole, Network, VolumeName } from "../mlflow/index.js";

/** Name of a role's container on the host. */
export const containerName = (deployment: string, role: ContainerRole): string =>
  `${deployment}-${role}`;

/** As Compose names them, so that a deployment can go from Compose to Terraform with its data. */
export const volumeName = (deployment: string, volume: VolumeName): string =>
  `${deployment}_${volume}`;

export const networkName = (deployment: string, network: Network): string =>
  `${deployment}_${network}`;

/** Volumes that a deployment cannot make anew. */
export const dataVolumes = [
  "tracking-server-data",
  "backend-store-data",
  "artifact-store-data",
] as const satisfies readonly VolumeName[];

/** Label of everything that a deployment has on a host; its value is the deployment's name. */
export const deploymentLabel = "mlflow-stacks.deployment";

/** Label with the name of the stack that made it. */
export const stackLabel = "mlflow-stacks.stack";

/** Label that tells deployments of one name apart: each output folder has its own. */
export const ownerLabel = "mlflow-stacks.owner";

/** Label with the role of a container, the name of a volume or of a network. */
export const roleLabel = "mlflow-stacks.role";

/** Label that changes with the secrets that a container reads, so that it is replaced. */
export const secretsLabel = "mlflow-stacks.secrets";

/** Label with the number of processes that a container may have. */
export const pidsLabel = "mlflow-stacks.pids";
