import type { EcsCluster } from "@cdktf/provider-aws/lib/ecs-cluster/index.js";
import type { ITerraformDependable } from "cdktf";
import { Construct } from "constructs";
import { mlflowVersion } from "../mlflow/index.js";
import { AwsJob } from "./aws-job.js";
import { logGroupName, type AwsContext } from "./context.js";
import type { Network } from "./network.js";
import type { SecurityGroup } from "./security-group.js";
import type { Task } from "./task.js";

export interface MigrationProps {
  readonly context: AwsContext;
  readonly network: Network;
  readonly cluster: EcsCluster;
  readonly task: Task;
  readonly group: SecurityGroup;
  /** Of RDS; undefined: a database of the user's, which nobody here can take a snapshot of. */
  readonly database: string | undefined;
  readonly dependsOn: readonly ITerraformDependable[];
}

/**
 * Brings the database to the release of the image before its server starts: once for each image.
 * With another release of MLflow it stops the old server first, and takes a snapshot.
 */
export class Migration extends Construct {
  readonly job: AwsJob;

  constructor(scope: Construct, id: string, props: MigrationProps) {
    super(scope, id);
    const { context, network, cluster, task, group, database, dependsOn } = props;
    const { name, target } = context;
    this.job = new AwsJob(this, "run", {
      verb: "migrate",
      context,
      input: {
        region: target.region,
        cluster: cluster.arn,
        service: name,
        taskDefinition: task.resource.arn,
        container: "db-upgrade",
        subnets: network.privateSubnetIds,
        securityGroups: [group.resource.id],
        logGroup: logGroupName(name),
        version: mlflowVersion,
        ...(database !== undefined && { database }),
      },
      triggers: { task: task.resource.arn },
      dependsOn,
    });
  }
}
