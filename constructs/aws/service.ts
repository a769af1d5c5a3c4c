import { EcsService, type EcsServiceConfig } from "@cdktf/provider-aws/lib/ecs-service/index.js";
import type { EcsCluster } from "@cdktf/provider-aws/lib/ecs-cluster/index.js";
import type { ITerraformDependable } from "cdktf";
import { Construct } from "constructs";
import { containerPort } from "../mlflow/index.js";
import { AwsJob } from "./aws-job.js";
import { logGroupName, type AwsContext } from "./context.js";
import type { LoadBalancer } from "./load-balancer.js";
import type { Network } from "./network.js";
import type { SecurityGroup } from "./security-group.js";
import type { Task } from "./task.js";

export interface ServiceProps {
  readonly context: AwsContext;
  readonly network: Network;
  readonly cluster: EcsCluster;
  readonly task: Task;
  readonly group: SecurityGroup;
  readonly loadBalancer: LoadBalancer;
  /** Of RDS, whose snapshots are a way back; undefined: a database of the user's. */
  readonly database: string | undefined;
  readonly dependsOn: readonly ITerraformDependable[];
  readonly transform?: ((config: EcsServiceConfig) => EcsServiceConfig) | undefined;
}

/** Seconds from a task's start in which the load balancer's opinion does not count. */
const graceSeconds = 180;

/**
 * Keeps one tracking server running. The old one ends before the new one begins: MLflow forbids two
 * releases on one database.
 *
 * With another release the migration has stopped it before Terraform comes to the service, whose
 * wanted number Terraform leaves at 0; the job `start` sets it to 1. ECS's circuit breaker goes back
 * by itself to what ran before, which is right for other settings and other code. After a migration
 * that is a server which does not fit its database: it refuses to start, and `start` says so with
 * the way on and the way back.
 */
export class Service extends Construct {
  readonly resource: EcsService;

  constructor(scope: Construct, id: string, props: ServiceProps) {
    super(scope, id);
    const { context, network, cluster, task, group, loadBalancer, database, dependsOn } = props;
    const { name, target } = context;
    const config: EcsServiceConfig = {
      name,
      cluster: cluster.arn,
      taskDefinition: task.resource.arn,
      launchType: "FARGATE",
      platformVersion: "LATEST",
      desiredCount: 1,
      deploymentMinimumHealthyPercent: 0,
      deploymentMaximumPercent: 100,
      deploymentCircuitBreaker: { enable: true, rollback: true },
      healthCheckGracePeriodSeconds: graceSeconds,
      enableExecuteCommand: false,
      propagateTags: "SERVICE",
      networkConfiguration: {
        subnets: network.privateSubnetIds,
        securityGroups: [group.resource.id],
        assignPublicIp: false,
      },
      loadBalancer: [
        {
          targetGroupArn: loadBalancer.targetGroup.arn,
          containerName: "tracking-server",
          containerPort,
        },
      ],
      // The migration stops the old server; the job below starts the new one.
      lifecycle: { ignoreChanges: ["desired_count"] },
      dependsOn: [...dependsOn, loadBalancer.listener],
    };
    this.resource = new EcsService(this, "Resource", props.transform?.(config) ?? config);
    new AwsJob(this, "start", {
      verb: "start",
      context,
      input: {
        region: target.region,
        cluster: cluster.arn,
        service: this.resource.name,
        taskDefinition: task.resource.arn,
        logGroup: logGroupName(name),
        ...(database !== undefined && { database }),
      },
      triggers: { task: task.resource.arn, service: this.resource.id },
      dependsOn: [this.resource],
    });
  }
}
