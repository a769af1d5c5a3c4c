import type { ContainerConfig } from "@cdktf/provider-docker/lib/container/index.js";
import type { Image } from "@cdktf/provider-docker/lib/image/index.js";
import { Network } from "@cdktf/provider-docker/lib/network/index.js";
import { DockerProvider } from "@cdktf/provider-docker/lib/provider/index.js";
import { Volume } from "@cdktf/provider-docker/lib/volume/index.js";
import { TerraformStack, type ITerraformDependable } from "cdktf";
import { Construct, type IConstruct } from "constructs";
import {
  holdsData,
  planContainers,
  requireTarget,
  type ContainerPlan,
  type ContainerRole,
  type ContainerSpec,
  type MlflowDeployment as Deployment,
  type Network as NetworkName,
  type VolumeName,
} from "../mlflow/index.js";
import { resolveDockerHost, type DockerHost } from "./host.js";
import { RegistryImage, TrackingServerImage } from "./images.js";
import { Job } from "./job.js";
import {
  containerName,
  dataVolumes,
  deploymentLabel,
  networkName,
  ownerLabel,
  roleLabel,
  stackLabel,
  volumeName,
} from "./names.js";
import { escapeHost } from "./resolver.js";
import { RunningContainer } from "./running-container.js";
import { Secrets } from "./secrets.js";

/** Last word on a role, for what the model has no field for. Runs after everything else. */
export interface DockerTransform {
  /** Containers that keep running. */
  readonly containers?: Partial<
    Record<ContainerRole, (config: ContainerConfig) => ContainerConfig>
  >;
  /** Jobs, as the words of `docker run`. */
  readonly jobs?: Partial<Record<ContainerRole, (words: readonly string[]) => readonly string[]>>;
}

export interface MlflowDeploymentProps {
  readonly deployment: Deployment;
  /**
   * The engine to deploy to. With a DockerProvider of the stack's own leave it out; jobs then run on
   * the engine that `docker` finds by itself.
   * @default - the engine of this machine, as the provider finds it
   */
  readonly host?: DockerHost;
  readonly transform?: DockerTransform;
  /** Label that tells this deployment from others of its name. @default - no such label */
  readonly owner?: string;
  /**
   * Data volumes that may be destroyed. Any other makes `terraform destroy` refuse.
   * @default - none
   */
  readonly mayDestroy?: readonly VolumeName[];
  /**
   * Release of kreuzwerker/docker. The bindings were made for 3.6.2, which deletes a stopped
   * container while it plans; they fit every 4.x.
   * @default "~> 4.5"
   */
  readonly providerVersion?: string;
}

/**
 * A deployment on a Docker host: an image, network and volume for each that the plan names, and one
 * construct for each role, with the role's name as its id.
 *
 * One for each stack, since its secrets are the stack's variables.
 *
 * @throws {ConfigError} for a kind that this target can't run
 */
export class MlflowDeployment extends Construct {
  /** Where people open it. */
  readonly url: string;
  /** The jobs, which run before the tracking server changes. */
  readonly jobs: readonly Job[];
  private readonly plan: ContainerPlan;
  private readonly host: DockerHost;
  private readonly secrets: Secrets;
  private readonly images = new Map<string, Image>();
  private readonly networks = new Map<NetworkName, Network>();
  private readonly volumes = new Map<VolumeName, Volume>();
  private readonly roles = new Map<ContainerRole, ITerraformDependable>();

  constructor(
    scope: Construct,
    id: string,
    private readonly props: MlflowDeploymentProps,
  ) {
    super(scope, id);
    const { deployment, host = resolveDockerHost({}) } = props;
    requireTarget(deployment, "docker");
    requireOneInStack(this);
    this.plan = planContainers(deployment);
    this.host = escapeHost(host);
    this.url = deployment.trackingServer.publicUrls[0] ?? "";
    this.addProvider();
    this.secrets = new Secrets(this, "secrets", deployment.secrets);
    this.addImages();
    this.addNetworks();
    this.addVolumes();
    this.jobs = this.plan.containers.flatMap((container) => this.addRole(container) ?? []);
  }

  private addProvider(): void {
    const { url, sshOptions } = this.host;
    const stack = TerraformStack.of(this);
    const { providerVersion = "~> 4.5" } = this.props;
    stack.addOverride("terraform.required_providers.docker.version", providerVersion);
    if (this.props.host === undefined && stack.node.findAll().some(isDefaultProvider)) return;
    new DockerProvider(this, "host", {
      ...(url !== undefined && { host: url }),
      ...(url?.startsWith("ssh:") && { sshOpts: [...sshOptions] }),
    });
  }

  private addImages(): void {
    const images = new Construct(this, "images");
    for (const { role, image } of this.plan.containers) {
      if (image.kind === "registry") {
        this.images.set(role, new RegistryImage(images, role, image.reference).resource);
        continue;
      }
      const own =
        this.images.get("tracking-server") ??
        new TrackingServerImage(images, "tracking-server", this.plan).resource;
      this.images.set("tracking-server", own).set(role, own);
    }
  }

  private addNetworks(): void {
    const scope = new Construct(this, "networks");
    const names = new Set(this.plan.containers.flatMap(({ networks }) => networks));
    for (const name of names) {
      const network = new Network(scope, name, {
        name: networkName(this.plan.name, name),
        driver: "bridge",
        internal: name === "stores",
        labels: this.labels(name),
        // To change them is to replace the network, and so every container on it.
        lifecycle: { ignoreChanges: ["labels"] },
      });
      this.networks.set(name, network);
    }
  }

  private addVolumes(): void {
    const scope = new Construct(this, "volumes");
    const { mayDestroy = [] } = this.props;
    for (const { source } of this.plan.containers.flatMap(({ mounts }) => mounts)) {
      if (source.kind !== "volume" || this.volumes.has(source.name)) continue;
      const { name } = source;
      const volume = new Volume(scope, name, {
        name: volumeName(this.plan.name, name),
        labels: this.labels(name),
        lifecycle: {
          // One that was taken over from Compose has its labels, and to change them is to replace it.
          ignoreChanges: ["labels"],
          ...(holdsData(name) && { preventDestroy: !mayDestroy.includes(name) }),
        },
      });
      this.volumes.set(name, volume);
    }
    this.keepUnused(scope);
  }

  /**
   * A store that goes takes its volume out of the configuration, and with it the order not to
   * destroy it. Terraform shall forget such a volume and leave it where it is.
   *
   * @see https://developer.hashicorp.com/terraform/language/resources/syntax#removing-resources
   */
  private keepUnused(scope: Construct): void {
    const stack = TerraformStack.of(this);
    const unused = dataVolumes.filter((name) => !this.volumes.has(name));
    const removed = unused.map((name) => ({
      from: `${Volume.tfResourceType}.${stack.getLogicalId(new Construct(scope, name).node)}`,
      lifecycle: { destroy: false },
    }));
    if (removed.length > 0) stack.addOverride("removed", removed);
  }

  private addRole(container: ContainerSpec): Job | undefined {
    const { role, job } = container;
    const { transform = {}, deployment } = this.props;
    const image = this.images.get(role);
    if (!image) throw new Error(`bug: ${role} has no image`);
    const context = {
      deployment: this.plan.name,
      stack: this.stackName,
      owner: this.props.owner,
      profile: deployment.profile,
      revisionOf: this.secrets.revisionOf,
    };
    const parts = { container, context, image, host: this.host, dependsOn: this.needs(container) };
    if (!job) {
      const change = transform.containers?.[role];
      const running = new RunningContainer(this, role, { ...parts, transform: change });
      this.roles.set(role, running.resource);
      return undefined;
    }
    const made = new Job(this, role, {
      ...parts,
      transform: transform.jobs?.[role],
      input: container.secrets.length > 0 ? this.secrets.asJson(container.secrets) : undefined,
      volumes: this.volumesOf(container),
    });
    this.roles.set(role, made.resource);
    return made;
  }

  private needs({ startAfter, networks, mounts }: ContainerSpec): readonly ITerraformDependable[] {
    const found = [
      ...startAfter.map(({ role }) => this.roles.get(role)),
      ...networks.map((name) => this.networks.get(name)),
      ...mounts.map(({ source }) =>
        source.kind === "volume" ? this.volumes.get(source.name) : undefined,
      ),
    ];
    return found.filter((item): item is ITerraformDependable => item !== undefined);
  }

  /** Those that a job fills or that hold what it prepares: an empty one needs it again. */
  private volumesOf({ role, startAfter }: ContainerSpec): readonly Volume[] {
    const roles = [role, ...startAfter.map((after) => after.role)];
    const names = this.plan.containers
      .filter((container) => roles.includes(container.role))
      .flatMap(({ mounts }) =>
        mounts.flatMap(({ source }) => (source.kind === "volume" ? [source.name] : [])),
      );
    return [...new Set(names)].flatMap((name) => this.volumes.get(name) ?? []);
  }

  /** The names that it takes on the host. */
  get hostNames() {
    const { name, containers } = this.plan;
    return {
      containers: containers.map(({ role }) => containerName(name, role)),
      networks: [...this.networks.keys()].map((network) => networkName(name, network)),
      volumes: [...this.volumes.keys()].map((volume) => volumeName(name, volume)),
    };
  }

  private get stackName(): string {
    return TerraformStack.of(this).node.id;
  }

  private labels(name: string) {
    return [
      { label: deploymentLabel, value: this.plan.name },
      { label: stackLabel, value: this.stackName },
      ...(this.props.owner === undefined ? [] : [{ label: ownerLabel, value: this.props.owner }]),
      { label: roleLabel, value: name },
    ];
  }
}

/** The stack's own, which every resource takes by itself. */
const isDefaultProvider = (node: IConstruct): boolean =>
  node instanceof DockerProvider && node.alias === undefined;

function requireOneInStack(construct: MlflowDeployment): void {
  const others = TerraformStack.of(construct)
    .node.findAll()
    .filter((node) => node instanceof MlflowDeployment && node !== construct);
  if (others.length > 0) {
    throw new Error(
      "a stack takes one MlflowDeployment; put the other one into a stack of its own",
    );
  }
}
