import {
  resolveArtifactStore,
  artifactStoreSecrets,
  type ArtifactStore,
  type ArtifactStoreProps,
} from "./artifact-store.js";
import {
  backendStoreSecrets,
  isDatabase,
  keepsBackendFiles,
  resolveBackendStore,
  type BackendStore,
  type BackendStoreProps,
} from "./backend-store.js";
import { resolveBucketInit } from "./bucket-init.js";
import { Problems } from "./errors.js";
import { hostProfileNames, hostProfiles, type HostProfileName } from "./host-profile.js";
import { deploymentSecret, secretNames, type DeploymentSecret } from "./secrets.js";
import { topologies, topologyNames, type Topology } from "./topology.js";
import {
  resolveTrackingServer,
  type TrackingServer,
  type TrackingServerProps,
} from "./tracking-server.js";

/** What the user states. */
export interface MlflowDeploymentProps {
  readonly topology: Topology;
  /**
   * Name of the whole, which its containers, networks and volumes start with: `a-z`, `0-9`, `-`
   * and `_`, beginning with a letter or digit. @default - `mlflow-` and the topology
   */
  readonly name?: string;
  /** Size of the machine. @default "n100" */
  readonly profile?: HostProfileName;
  readonly trackingServer?: TrackingServerProps;
  /** @default - the topology's */
  readonly backendStore?: BackendStoreProps;
  /** @default - the topology's */
  readonly artifactStore?: ArtifactStoreProps;
  /**
   * Make the bucket before the server starts.
   * @default - true for `rustfs`, false for `s3-compatible`; the other kinds have nothing to make
   */
  readonly bucketInit?: boolean;
}

/** The same with every default applied and every rule checked. */
export interface MlflowDeployment {
  readonly topology: Topology;
  readonly name: string;
  readonly profile: HostProfileName;
  readonly trackingServer: TrackingServer;
  readonly backendStore: BackendStore;
  readonly artifactStore: ArtifactStore;
  readonly bucketInit: boolean;
  /** Every secret the deployment needs, in the order of `secretSpecs`. */
  readonly secrets: readonly DeploymentSecret[];
}

/** @throws {ConfigError} with every problem of the props, in their order */
export function resolveDeployment(props: MlflowDeploymentProps): MlflowDeployment {
  const problems = new Problems();
  const { topology, name = `mlflow-${topology}`, profile = "n100" } = props;
  const known = problems.require(
    topologyNames.includes(topology),
    "topology",
    `must be ${oneOf(topologyNames)}; got "${String(topology)}"`,
  );
  if (!known) problems.throwIfAny();
  problems.require(
    /^[a-z0-9][a-z0-9_-]{0,62}$/.test(name),
    "name",
    `must be 1 to 63 characters of a-z 0-9 - _ and begin with a letter or digit; got "${name}"`,
  );
  const validProfile = hostProfileNames.includes(profile);
  problems.require(
    validProfile,
    "profile",
    `must be ${oneOf(hostProfileNames)}; got "${String(profile)}"`,
  );
  const { defaults } = topologies[topology];
  const backendStoreProps = props.backendStore ?? defaults.backendStore;
  const workers = hostProfiles[validProfile ? profile : "n100"].trackingServer.workers;
  const trackingServer = resolveTrackingServer(
    props.trackingServer ?? {},
    topology,
    keepsBackendFiles(backendStoreProps) ? 1 : workers,
    problems,
  );
  const backendStore = resolveBackendStore(backendStoreProps, problems);
  const artifactStore = resolveArtifactStore(
    props.artifactStore ?? defaults.artifactStore,
    problems,
  );
  const bucketInit = resolveBucketInit(artifactStore, props.bucketInit, problems);
  const deployment = {
    topology,
    name,
    profile,
    trackingServer,
    backendStore,
    artifactStore,
    bucketInit,
  };
  checkTogether(deployment, problems);
  problems.throwIfAny();
  return { ...deployment, secrets: deploymentSecrets(deployment) };
}

const oneOf = (names: readonly string[]) => names.map((name) => `"${name}"`).join(" or ");

/** Rules that take more than one field. */
function checkTogether(deployment: Omit<MlflowDeployment, "secrets">, problems: Problems): void {
  const { topology, trackingServer, backendStore, artifactStore } = deployment;
  const { backendStores, artifactStores } = topologies[topology];
  problems.require(
    backendStores.includes(backendStore.kind),
    "backendStore.kind",
    `must be ${oneOf(backendStores)} in "${topology}"; got "${backendStore.kind}"`,
  );
  problems.require(
    artifactStores.includes(artifactStore.kind),
    "artifactStore.kind",
    `must be ${oneOf(artifactStores)} in "${topology}"; got "${artifactStore.kind}"`,
  );
  problems.require(
    trackingServer.login === undefined || isDatabase(backendStore),
    "trackingServer.login",
    'must be false with backendStore.kind "file", which has no place for users; use the topology "localhost-database"',
  );
  problems.require(
    trackingServer.workers === 1 || !keepsBackendFiles(backendStore),
    "trackingServer.workers",
    `must be 1 with backendStore.kind "${backendStore.kind}", which has one writer; got "${trackingServer.workers}"`,
  );
  const most = workersThatFit(deployment.profile);
  problems.require(
    trackingServer.workers <= most || trackingServer.workers > 32,
    "trackingServer.workers",
    `must be ${most} or fewer with the profile "${deployment.profile}", whose tracking server has ${hostProfiles[deployment.profile]?.trackingServer.memoryMiB} MiB; got "${trackingServer.workers}"`,
  );
  problems.require(
    trackingServer.dataDirectory === undefined || keepsData({ backendStore, artifactStore }),
    "trackingServer.dataDirectory",
    "must not be given when both stores keep their data elsewhere",
  );
}

/** About 230 MiB a worker, and a quarter of the limit for what requests need. */
function workersThatFit(profile: HostProfileName): number {
  const limit = hostProfiles[profile]?.trackingServer.memoryMiB ?? Number.POSITIVE_INFINITY;
  return Math.max(1, Math.floor((limit * 0.75) / 230));
}

/** Whether the tracking server itself keeps data: SQLite, plain files or local artifacts. */
export const keepsData = (
  deployment: Pick<MlflowDeployment, "backendStore" | "artifactStore">,
): boolean =>
  keepsBackendFiles(deployment.backendStore) || deployment.artifactStore.kind === "local";

function deploymentSecrets(
  deployment: Omit<MlflowDeployment, "secrets">,
): readonly DeploymentSecret[] {
  const { trackingServer, backendStore, artifactStore } = deployment;
  const secrets = [
    ...backendStoreSecrets(backendStore),
    ...artifactStoreSecrets(artifactStore),
    ...(trackingServer.login
      ? [
          deploymentSecret("MLFLOW_AUTH_ADMIN_PASSWORD"),
          deploymentSecret("MLFLOW_FLASK_SERVER_SECRET_KEY"),
        ]
      : []),
    // The AI Gateway keeps its keys in the database, so without one there is nothing to encrypt.
    ...(isDatabase(backendStore) ? [deploymentSecret("MLFLOW_CRYPTO_KEK_PASSPHRASE")] : []),
  ];
  return secretNames.flatMap((name) => secrets.filter((secret) => secret.name === name));
}
