import { CloudWatchLogsClient } from "@aws-sdk/client-cloudwatch-logs";
import { EC2Client } from "@aws-sdk/client-ec2";
import { ECRClient } from "@aws-sdk/client-ecr";
import { ECSClient } from "@aws-sdk/client-ecs";
import { RDSClient } from "@aws-sdk/client-rds";
import { clientConfig } from "../tools/aws-client.js";

/** The services that jobs ask, with the credentials that every AWS tool finds. */
export interface Aws {
  readonly ec2: EC2Client;
  readonly ecr: ECRClient;
  readonly ecs: ECSClient;
  readonly rds: RDSClient;
  readonly logs: CloudWatchLogsClient;
}

export function connectAws(region: string): Aws {
  const config = clientConfig(region);
  return {
    ec2: new EC2Client(config),
    ecr: new ECRClient(config),
    ecs: new ECSClient(config),
    rds: new RDSClient(config),
    logs: new CloudWatchLogsClient(config),
  };
}
