import {
  CloudWatchLogsClient,
  CreateLogGroupCommand,
  CreateLogStreamCommand,
  PutLogEventsCommand,
} from "@aws-sdk/client-cloudwatch-logs";
import {
  CreateClusterCommand,
  CreateServiceCommand,
  ECSClient,
  RegisterTaskDefinitionCommand,
} from "@aws-sdk/client-ecs";
import {
  CreateDBInstanceCommand,
  DescribeDBSnapshotsCommand,
  RDSClient,
} from "@aws-sdk/client-rds";
import type { Moto } from "../helpers/aws/moto.js";
import { defaultSubnet } from "./job.js";

const region = "eu-central-1";
const credentials = { accessKeyId: "testing", secretAccessKey: "testing" };

/** Image of a release, as this project tags it. */
export const imageOf = (release: string): string => `1.dkr.ecr/lab/server:${release}-0123456789ab`;

/** A cluster in moto with what a deployment has there. */
export class EcsInMoto {
  readonly logGroup: string;
  readonly ecs: ECSClient;
  readonly rds: RDSClient;
  private readonly logs: CloudWatchLogsClient;

  private constructor(
    readonly cluster: string,
    endpoint: string,
    readonly subnet: string,
  ) {
    const config = { region, credentials, endpoint };
    this.ecs = new ECSClient(config);
    this.rds = new RDSClient(config);
    this.logs = new CloudWatchLogsClient(config);
    this.logGroup = `/mlflow-stacks/${cluster}`;
  }

  static async make(moto: Moto, name: string): Promise<EcsInMoto> {
    const made = new EcsInMoto(name, moto.endpoint, await defaultSubnet(moto));
    await made.ecs.send(new CreateClusterCommand({ clusterName: name }));
    await made.logs.send(new CreateLogGroupCommand({ logGroupName: made.logGroup }));
    return made;
  }

  /** ARN of a task definition with one container, which moto runs only with `memory`. */
  async define(container: string, release: string): Promise<string> {
    const { taskDefinition } = await this.ecs.send(
      new RegisterTaskDefinitionCommand({
        family: `${this.cluster}-${container}`,
        requiresCompatibilities: ["FARGATE"],
        networkMode: "awsvpc",
        cpu: "256",
        memory: "512",
        containerDefinitions: [{ name: container, image: imageOf(release), memory: 512 }],
      }),
    );
    return taskDefinition?.taskDefinitionArn ?? "";
  }

  async serve(taskDefinition: string, desiredCount = 1): Promise<void> {
    await this.ecs.send(
      new CreateServiceCommand({
        cluster: this.cluster,
        serviceName: this.cluster,
        taskDefinition,
        desiredCount,
        launchType: "FARGATE",
      }),
    );
  }

  async database(): Promise<void> {
    await this.rds.send(
      new CreateDBInstanceCommand({
        DBInstanceIdentifier: this.cluster,
        DBInstanceClass: "db.t4g.micro",
        Engine: "postgres",
        MasterUsername: "postgres",
        MasterUserPassword: "not-a-secret",
        AllocatedStorage: 20,
      }),
    );
  }

  async snapshots(): Promise<readonly string[]> {
    const question = { DBInstanceIdentifier: this.cluster, SnapshotType: "manual" };
    const { DBSnapshots = [] } = await this.rds.send(new DescribeDBSnapshotsCommand(question));
    return DBSnapshots.map(({ DBSnapshotIdentifier: name = "" }) => name);
  }

  /** What a task's container has written. */
  async write(container: string, task: string, lines: readonly string[]): Promise<void> {
    const stream = `${container}/${container}/${task.slice(task.lastIndexOf("/") + 1)}`;
    const place = { logGroupName: this.logGroup, logStreamName: stream };
    await this.logs.send(new CreateLogStreamCommand(place));
    const timestamp = Date.now();
    const logEvents = lines.map((message) => ({ message, timestamp }));
    await this.logs.send(new PutLogEventsCommand({ ...place, logEvents }));
  }
}
