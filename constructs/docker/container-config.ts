import type { ContainerConfig } from "@cdktf/provider-docker/lib/container/index.js";
import {
  hostProfiles,
  resolveEnvValue,
  secretsOf,
  type ContainerRole,
  type ContainerSpec,
  type HealthCheck,
  type HostProfileName,
  type Mount,
  type SecretName,
} from "../mlflow/index.js";
import {
  containerName,
  deploymentLabel,
  networkName,
  ownerLabel,
  pidsLabel,
  roleLabel,
  secretsLabel,
  stackLabel,
  volumeName,
} from "./names.js";
import { escapeTemplate, resolver } from "./resolver.js";

/** What a container is rendered with besides its spec. */
export interface RenderContext {
  /** Name of the deployment. */
  readonly deployment: string;
  /** Name of the stack. */
  readonly stack: string;
  /** Whose deployment it is, where several have the same name. */
  readonly owner: string | undefined;
  readonly profile: HostProfileName;
  /** Id of the container's image; may be a Terraform reference. */
  readonly image: string;
  /** Text that changes with the secrets that a role reads; may be a Terraform reference. */
  readonly revisionOf: (role: ContainerRole, names: readonly SecretName[]) => string;
}

/** Seconds in which a container must become healthy. */
const healthSeconds = 300;

/**
 * A container that keeps running, as `docker_container`. Every attribute that the provider reads
 * back is set, since a default that Docker filled in would be shown as a change by the next plan.
 */
export function renderContainer(container: ContainerSpec, context: RenderContext): ContainerConfig {
  const { deployment, profile, image } = context;
  return {
    name: containerName(deployment, container.role),
    image,
    ...(container.command.length > 0 && { command: container.command.map(escapeTemplate) }),
    env: renderEnvironment(container),
    user: container.user,
    mustRun: true,
    restart: "unless-stopped",
    wait: container.healthCheck !== undefined,
    waitTimeout: healthSeconds,
    // The provider's own default is no grace at all.
    destroyGraceSeconds: container.stopGraceSeconds,
    stopTimeout: container.stopGraceSeconds,
    removeVolumes: false,
    readOnly: container.readOnlyRoot,
    ...renderLimits(container),
    capabilities: { drop: ["ALL"] },
    securityOpts: ["no-new-privileges=true"],
    tmpfs: Object.fromEntries(
      container.tmpfs.map(({ path, sizeMiB }) => [path, `size=${sizeMiB}m,mode=1777`]),
    ),
    logDriver: "json-file",
    logOpts: { "max-size": `${hostProfiles[profile].logMiB}m`, "max-file": "3" },
    mounts: container.mounts.map((mount) => renderMount(mount, deployment)),
    ports: container.ports.map(({ hostAddress, hostPort, containerPort }) => ({
      internal: containerPort,
      external: hostPort,
      ip: hostAddress,
      protocol: "tcp",
    })),
    ...renderNetworks(container, deployment),
    ...(container.healthCheck && { healthcheck: renderHealthCheck(container.healthCheck) }),
    labels: renderLabels(container, context),
  };
}

/** `NAME=value`, in the order of names. */
export const renderEnvironment = ({ environment }: ContainerSpec): string[] =>
  Object.entries(environment)
    .map(([name, value]) => `${name}=${resolveEnvValue(value, resolver)}`)
    .sort();

type Limits = Partial<
  Pick<ContainerConfig, "memory" | "memorySwap" | "cpus" | "shmSize" | "ulimit">
>;

function renderLimits({ resources, shmMiB }: ContainerSpec): Limits {
  return {
    memory: resources.memoryMiB,
    // What Docker makes of a limit without one for swap.
    memorySwap: resources.memoryMiB * 2,
    cpus: decimal(resources.cpus),
    ...(shmMiB !== undefined && { shmSize: shmMiB }),
    // Below what most daemons may hand on; an unprivileged one cannot raise it.
    ulimit: [{ name: "nofile", soft: openFiles, hard: openFiles }],
  };
}

/** As the provider reads it back: 2 is `2.0`, and `2` would be a change. */
const decimal = (value: number): string =>
  Number.isInteger(value) ? value.toFixed(1) : String(value);

/** Files that a container may have open. */
export const openFiles = 16384;

function renderMount({ source, path, readOnly }: Mount, deployment: string) {
  return source.kind === "volume"
    ? { type: "volume", source: volumeName(deployment, source.name), target: path, readOnly }
    : { type: "bind", source: escapeTemplate(source.path), target: path, readOnly };
}

type Networks = Partial<Pick<ContainerConfig, "networkMode" | "networksAdvanced">>;

function renderNetworks({ networks, role }: ContainerSpec, deployment: string): Networks {
  if (networks.length === 0) return { networkMode: "none" };
  return {
    networkMode: "bridge",
    networksAdvanced: networks.map((network) => ({
      name: networkName(deployment, network),
      aliases: [role],
    })),
  };
}

function renderHealthCheck(check: HealthCheck) {
  return {
    test: ["CMD", ...check.command.map(escapeTemplate)],
    interval: duration(check.intervalSeconds),
    timeout: duration(check.timeoutSeconds),
    retries: check.retries,
    startPeriod: duration(check.startPeriodSeconds),
    startInterval: duration(0),
  };
}

/** As Go prints it, which is how the provider reads it back: 120 is `2m0s`. */
function duration(seconds: number): string {
  return seconds < 60 ? `${seconds}s` : `${Math.floor(seconds / 60)}m${seconds % 60}s`;
}

/** Labels of a container, as the provider's blocks. */
function renderLabels(container: ContainerSpec, context: RenderContext) {
  const labels = {
    ...labelsOf(container, context),
    // Set after the start, so that nothing else of the container changes with it.
    [pidsLabel]: String(container.resources.pids),
  };
  return Object.entries(labels).map(([label, value]) => ({ label, value }));
}

export function labelsOf(
  { role, secrets, environment }: ContainerSpec,
  { deployment, stack, owner, revisionOf }: RenderContext,
): Readonly<Record<string, string>> {
  const reads = [...secrets, ...secretsOf(environment)];
  return {
    [deploymentLabel]: deployment,
    [stackLabel]: stack,
    ...(owner !== undefined && { [ownerLabel]: owner }),
    [roleLabel]: role,
    ...(reads.length > 0 && { [secretsLabel]: revisionOf(role, reads) }),
  };
}
