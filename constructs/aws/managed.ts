import { CloudwatchLogGroup } from "@cdktf/provider-aws/lib/cloudwatch-log-group/index.js";
import type { DbInstance } from "@cdktf/provider-aws/lib/db-instance/index.js";
import { EcsCluster } from "@cdktf/provider-aws/lib/ecs-cluster/index.js";
import type { ITerraformDependable } from "cdktf";
import { Construct } from "constructs";
import {
  allowedHosts,
  containerPort,
  databasePorts,
  planContainers,
  type ContainerPlan,
  type ContainerRole,
  type ContainerSpec,
} from "../mlflow/index.js";
import { BackendStore } from "./backend-store.js";
import { logGroupName, type AwsContext } from "./context.js";
import { LoadBalancer } from "./load-balancer.js";
import { isLoopback } from "./loopback.js";
import { Migration } from "./migration.js";
import { Network } from "./network.js";
import { Secrets } from "./secrets.js";
import { connect, SecurityGroup } from "./security-group.js";
import { Service } from "./service.js";
import { Task } from "./task.js";
import { TaskRoles } from "./task-roles.js";
import { TrackingServerImage } from "./tracking-server-image.js";
import type { AwsTransform } from "./transform.js";

/** ECS Fargate, RDS, S3 and a load balancer. */
export class Managed extends Construct {
  readonly loadBalancer: LoadBalancer;
  readonly secrets: Secrets;
  private readonly plan: ContainerPlan;
  private readonly network: Network;
  private readonly backendStore: BackendStore | undefined;
  private readonly image: TrackingServerImage;
  private readonly roles: TaskRoles;
  private readonly group: SecurityGroup;
  private readonly logs: CloudwatchLogGroup;

  constructor(
    scope: Construct,
    id: string,
    private readonly context: AwsContext,
    private readonly transform: AwsTransform,
  ) {
    super(scope, id);
    const { deployment, target, name } = context;
    this.plan = planContainers(deployment);
    const { bucket } = context.artifactStore;
    this.network = new Network(this, "network", { name, target, buckets: [bucket] });
    this.backendStore = this.addBackendStore();
    this.secrets = this.addSecrets();
    this.image = new TrackingServerImage(this, "image", context, this.plan);
    this.roles = this.addRoles();
    this.group = this.addGroup();
    this.loadBalancer = this.addLoadBalancer();
    this.logs = this.addLogs();
    this.addServer();
  }

  private addBackendStore(): BackendStore | undefined {
    const { context, network } = this;
    if (context.deployment.backendStore.kind !== "postgres") return undefined;
    return new BackendStore(this, "backend-store", { context, network });
  }

  private addSecrets(): Secrets {
    const { context, backendStore } = this;
    const made = context.deployment.secrets.filter(({ name }) => name !== "POSTGRES_PASSWORD");
    const secrets = new Secrets(this, "secrets", context, made);
    if (backendStore) {
      const { reference, arn } = backendStore.masterPassword;
      secrets.add("POSTGRES_PASSWORD", reference, arn);
    }
    return secrets;
  }

  private addRoles(): TaskRoles {
    const { context, secrets, image } = this;
    const repositoryArn = image.repository.arn;
    return new TaskRoles(this, "roles", { context, secrets, repositoryArn });
  }

  /** Of the tasks: they reach the database and AWS, and only the load balancer reaches them. */
  private addGroup(): SecurityGroup {
    const { network, backendStore, context } = this;
    const { backendStore: store } = context.deployment;
    const group = new SecurityGroup(this, "group", {
      name: context.name,
      part: "tracking-server",
      vpcId: network.vpcId,
    });
    if (backendStore) connect(group, backendStore.group, 5432);
    // Wherever it is; its port is all that is known of it.
    else if (store.kind === "external") {
      group.allowTo("database", { cidr: "0.0.0.0/0" }, databasePorts[store.driver]);
    }
    network.allowOut(group);
    return group;
  }

  private addLoadBalancer(): LoadBalancer {
    const { context, network, group } = this;
    const made = new LoadBalancer(this, "load-balancer", {
      context,
      network,
      targetType: "ip",
    });
    connect(made.group, group, containerPort);
    return made;
  }

  private addLogs(): CloudwatchLogGroup {
    const { name, target, key } = this.context;
    return new CloudwatchLogGroup(this, "logs", {
      name: logGroupName(name),
      retentionInDays: target.logDays,
      kmsKeyId: key.arn,
    });
  }

  private addServer(): void {
    const { context, network, group, loadBalancer, transform } = this;
    const cluster = new EcsCluster(this, "cluster", {
      name: context.name,
      // Of its own price; the logs and the load balancer's figures are there without.
      setting: [{ name: "containerInsights", value: "disabled" }],
    });
    const task = this.addTask("tracking-server");
    const database: DbInstance | undefined = this.backendStore?.resource;
    const migration = new Migration(this, "db-upgrade", {
      context,
      network,
      cluster,
      task: this.addTask("db-upgrade"),
      group,
      database: database?.identifier,
      dependsOn: [...this.needs(), ...(database ? [database] : [])],
    });
    new Service(this, "tracking-server", {
      context,
      network,
      cluster,
      task,
      group,
      loadBalancer,
      database: database?.identifier,
      dependsOn: [migration.job.resource, ...this.needs(), ...loadBalancer.group.rules],
      transform: transform.service,
    });
  }

  /** What a task does not name, and would fail without. */
  private needs(): readonly ITerraformDependable[] {
    const { image, roles, secrets, network, group, backendStore, logs, context } = this;
    return [
      image.pushed.resource,
      ...roles.ready,
      ...secrets.ready,
      ...network.ways,
      ...group.rules,
      ...(backendStore?.group.rules ?? []),
      logs,
      ...context.artifactStore.ready.map(({ policy }) => policy),
    ];
  }

  private addTask(role: "tracking-server" | "db-upgrade"): Task {
    const { context, roles, image, secrets, backendStore, transform } = this;
    const server = role === "tracking-server";
    return new Task(this, `${role}-task`, {
      context,
      container: this.containerOf(role),
      role: server ? roles.task : undefined,
      executionRole: roles.execution,
      image: image.reference,
      secrets,
      databaseHost: backendStore?.resource.address,
      environment: server ? this.names() : {},
      transform: transform.tasks?.[role],
    });
  }

  /** Names under which requests are let in: the load balancer's, and those of the props. */
  private names(): Readonly<Record<string, string>> {
    const { deployment, target } = this.context;
    const { url, resource } = this.loadBalancer;
    // What a server has whose props name none; nobody's browser is on the task's own loopback.
    const given = deployment.trackingServer.publicUrls.filter((text) => !isLoopback(text));
    const known = target.domain ? [...given, url] : given;
    const own = target.domain ? [] : [resource.dnsName];
    return {
      MLFLOW_SERVER_ALLOWED_HOSTS: [...allowedHosts(known, ["tracking-server"]), ...own].join(","),
      MLFLOW_SERVER_CORS_ALLOWED_ORIGINS: [...new Set([...given, url])].join(","),
    };
  }

  private containerOf(role: ContainerRole): ContainerSpec {
    const found = this.plan.containers.find((container) => container.role === role);
    if (!found) throw new Error(`bug: the plan has no ${role}`);
    return found;
  }
}
