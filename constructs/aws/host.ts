import { LbTargetGroupAttachment } from "@cdktf/provider-aws/lib/lb-target-group-attachment/index.js";
import { VolumeAttachment } from "@cdktf/provider-aws/lib/volume-attachment/index.js";
import type { ITerraformDependable } from "cdktf";
import { Construct } from "constructs";
import { databasePorts } from "../mlflow/index.js";
import type { AwsContext } from "./context.js";
import { DataVolume } from "./data-volume.js";
import { escapeTemplate } from "./escape-template.js";
import { HostDatabase } from "./host-database.js";
import { hostDeployment, hostUrl, usesRds } from "./host-deployment.js";
import { filesBucket, HostFolder, type HostFiles } from "./host-folder.js";
import { HostSecrets } from "./host-secrets.js";
import { InstanceRole } from "./instance-role.js";
import { Instance } from "./instance.js";
import { LoadBalancer } from "./load-balancer.js";
import { Network } from "./network.js";
import { ReleaseSnapshot } from "./release-snapshot.js";
import { connect, SecurityGroup } from "./security-group.js";
import type { AwsTransform } from "./transform.js";
import { renderUserData, startScript } from "./user-data.js";

export type { HostFiles } from "./host-folder.js";

/** One instance that runs the Compose files, with the database on a volume that outlives it. */
export class Host extends Construct {
  readonly url: string;
  readonly adminPasswordSecret: string | undefined;
  readonly instanceId: string;
  private readonly network: Network;
  private readonly database: HostDatabase | undefined;
  private readonly secrets: HostSecrets;
  private readonly folder: HostFolder;
  private readonly role: InstanceRole;
  private readonly volume: DataVolume;
  private readonly snapshot: ReleaseSnapshot | undefined;
  private readonly group: SecurityGroup;
  private readonly instance: Instance;

  constructor(
    scope: Construct,
    id: string,
    private readonly context: AwsContext,
    private readonly files: HostFiles,
    private readonly transform: AwsTransform,
  ) {
    super(scope, id);
    const { deployment, target, name } = context;
    const buckets = [context.artifactStore.bucket, filesBucket(context)];
    this.network = new Network(this, "network", { name, target, buckets });
    this.database = this.addDatabase();
    const { secrets } = hostDeployment(deployment, target);
    const uri = this.database?.uriSecret;
    this.secrets = new HostSecrets(this, "secrets", context, secrets, uri);
    this.folder = new HostFolder(this, "folder", context, files);
    this.role = this.addRole();
    this.group = this.addGroup();
    const place = this.network.placeOfInstance();
    this.volume = new DataVolume(this, "data-volume", context, place.zone);
    this.snapshot = this.addSnapshot();
    this.instance = this.addInstance(place.subnetId);
    this.attachVolume();
    if (target.domain) this.addLoadBalancer();
    this.url = hostUrl(deployment, target);
    this.adminPasswordSecret = this.secrets.adminPassword;
    this.instanceId = this.instance.resource.id;
  }

  private addDatabase(): HostDatabase | undefined {
    const { context, network } = this;
    if (!usesRds(context.deployment, context.target)) return undefined;
    return new HostDatabase(this, "database", context, network);
  }

  /** A database of the user's is theirs to save. */
  private addSnapshot(): ReleaseSnapshot | undefined {
    const { context, database, volume } = this;
    if (context.deployment.backendStore.kind === "external") return undefined;
    const of = database?.backendStore.resource ?? volume;
    return new ReleaseSnapshot(this, "release-snapshot", { context, of });
  }

  private addRole(): InstanceRole {
    const { context, folder, secrets } = this;
    return new InstanceRole(this, "role", { context, folder, secrets });
  }

  /** Nothing gets in but the load balancer; SSM's sessions are opened from inside. */
  private addGroup(): SecurityGroup {
    const { context, network, database } = this;
    const { vpcId } = network;
    const group = new SecurityGroup(this, "group", { name: context.name, part: "instance", vpcId });
    network.allowOut(group);
    // Ubuntu's packages come by HTTP, and are signed.
    group.allowTo("packages", { cidr: "0.0.0.0/0" }, 80);
    if (database) connect(group, database.backendStore.group, 5432);
    else if (this.databasePort !== undefined) {
      group.allowTo("database", { cidr: "0.0.0.0/0" }, this.databasePort);
    }
    return group;
  }

  /** Of a database that is not beside the server. */
  private get databasePort(): number | undefined {
    const { deployment, target } = this.context;
    const { backendStore } = hostDeployment(deployment, target);
    if (backendStore.kind !== "external") return undefined;
    return databasePorts[backendStore.driver];
  }

  private addInstance(subnetId: string): Instance {
    const { context, group, role, folder, secrets, volume, files } = this;
    const script = files[startScript];
    if (script === undefined) throw new Error(`bug: the files have no ${startScript}`);
    const userData = renderUserData(escapeTemplate(script), {
      region: context.target.region,
      volumeId: volume.resource.id,
      dataVolumeGiB: context.target.instance.dataVolumeGiB,
      bucket: folder.bucket,
      hash: folder.hash,
      paths: folder.paths,
      secrets: secrets.secrets,
      adminPasswordSecret: secrets.written,
      databasePort: this.databasePort,
    });
    const dependsOn = this.needs();
    const parts = { context, subnetId, group, role, userData, dependsOn };
    return new Instance(this, "instance", { ...parts, transform: this.transform.instance });
  }

  /** What the instance does not name, and would fail without. */
  private needs(): readonly ITerraformDependable[] {
    const { role, folder, network, group, context, database, snapshot } = this;
    return [
      ...(snapshot ? [snapshot.job.resource] : []),
      role.policy,
      ...folder.ready,
      ...network.ways,
      ...group.rules,
      ...context.artifactStore.ready.map(({ policy }) => policy),
      ...(database ? [database.backendStore.resource, ...database.ready] : []),
    ];
  }

  private attachVolume(): void {
    new VolumeAttachment(this, "attachment", {
      deviceName: "/dev/sdf",
      volumeId: this.volume.resource.id,
      instanceId: this.instance.resource.id,
      // What is in memory is on the disk before it goes to the next instance.
      stopInstanceBeforeDetaching: true,
    });
  }

  private addLoadBalancer(): void {
    const { context, network, group, instance } = this;
    const { port } = context.deployment.trackingServer;
    const balancer = new LoadBalancer(this, "load-balancer", {
      context,
      network,
      targetType: "instance",
    });
    connect(balancer.group, group, port);
    new LbTargetGroupAttachment(this, "target", {
      targetGroupArn: balancer.targetGroup.arn,
      targetId: instance.resource.id,
      port,
    });
  }
}
