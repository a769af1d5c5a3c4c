import type { AwsTargetProps } from "../constructs/aws/aws-target.js";
import { choice, list, text, truth, whole, type VariableMeta } from "./variable.js";

const aws = (meaning: string, standard: string, unit?: string): VariableMeta => ({
  meaning,
  default: standard,
  ...(unit !== undefined && { unit }),
  aws: true,
});

/** Settings of the stack `aws`; every other verb and stack refuses them. */
export const awsSettings = {
  MLSTACK_AWS_SHAPE: choice(
    ["managed", "host"],
    aws("managed: ECS Fargate and RDS; host: one instance with the Compose files", "managed"),
  ),
  MLSTACK_AWS_REGION: text(aws("where it runs, such as eu-central-1", "- must be set")),
  MLSTACK_AWS_ARCHITECTURE: choice(
    ["arm64", "x86_64"],
    aws("processors; arm64 costs a fifth less", "arm64"),
  ),
  MLSTACK_AWS_VPC_CIDR: text(
    aws("range of the VPC that is made", "10.73.0.0/20", "/16 to /24, private"),
  ),
  MLSTACK_AWS_VPC_ID: text(aws("a VPC of yours instead", "- one is made")),
  MLSTACK_AWS_PRIVATE_SUBNETS: list(
    aws("its private subnets: two in two zones, or one", "- made", "ids joined by commas"),
  ),
  MLSTACK_AWS_PUBLIC_SUBNETS: list(
    aws("its public subnets, for a public load balancer", "- made", "ids joined by commas"),
  ),
  MLSTACK_AWS_CONNECTED_CIDRS: list(
    aws("networks that the VPC must not overlap", "- none", "ranges joined by commas"),
  ),
  MLSTACK_AWS_EGRESS: choice(
    ["endpoints", "nat", "public-ip"],
    aws(
      "how it gets out: AWS's services alone, a NAT gateway, an address of its own",
      "- endpoints for managed, nat for host",
    ),
  ),
  MLSTACK_AWS_DOMAIN: text(
    aws(
      "name that people type; it gets a load balancer with HTTPS",
      "- none: inside the VPC alone",
    ),
  ),
  MLSTACK_AWS_HOSTED_ZONE: text(
    aws("zone of Route 53 that gets the name and proves the certificate", "- none"),
  ),
  MLSTACK_AWS_CERTIFICATE_ARN: text(aws("a certificate of yours for the domain", "- one is made")),
  MLSTACK_AWS_PUBLIC: truth(aws("whether the internet reaches the load balancer", "false")),
  MLSTACK_AWS_ALLOWED_CIDRS: list(
    aws(
      "who may open it",
      "- the VPC; with MLSTACK_AWS_PUBLIC everybody",
      "ranges joined by commas",
    ),
  ),
  MLSTACK_AWS_TASK_CPU: whole(
    aws("processor of the task", "- 256; with the profile medium 1024", "1/1024 vCPU"),
  ),
  MLSTACK_AWS_TASK_MEMORY_MIB: whole(
    aws("memory of the task", "- 1024; with the profile medium 4096", "MiB"),
  ),
  MLSTACK_AWS_TASK_STORAGE_GIB: whole(
    aws("disk of the task: twice the largest artifact", "- 21", "21 to 200 GiB"),
  ),
  MLSTACK_AWS_HOST_DATABASE: choice(
    ["container", "rds"],
    aws("where PostgreSQL of the shape host is", "- container"),
  ),
  MLSTACK_AWS_DATABASE_CLASS: text(aws("class of RDS", "db.t4g.micro")),
  MLSTACK_AWS_DATABASE_STORAGE_GIB: whole(
    aws("disk of RDS, which grows up to five times that", "20", "GiB"),
  ),
  MLSTACK_AWS_BACKUP_DAYS: whole(
    aws("days of backups of the database or the data volume", "7", "7 to 35"),
  ),
  MLSTACK_AWS_INSTANCE_TYPE: text(
    aws(
      "instance of the shape host, as large as the profile",
      "- t4g.small; with the profile n100 t4g.medium, with medium m7g.xlarge",
    ),
  ),
  MLSTACK_AWS_DATA_VOLUME_GIB: whole(
    aws("volume of the shape host, which outlives the instance", "- 20", "GiB"),
  ),
  MLSTACK_AWS_CREATE_BUCKET: truth(
    aws(
      "make the bucket of MLFLOW_ARTIFACTS_DESTINATION; false: it is there, and under no KMS key of yours",
      "true",
    ),
  ),
  MLSTACK_AWS_SECRET_ARNS: list(
    aws(
      "whole ARNs of secrets that are in Secrets Manager already",
      "- AWS makes them",
      "NAME=arn joined by commas",
    ),
  ),
  MLSTACK_AWS_LOG_DAYS: whole(
    aws("days that logs are kept", "30", "a number that CloudWatch knows"),
  ),
  MLSTACK_AWS_PROTECT: truth(aws("refuse to destroy what holds data", "true")),
} as const;

/** The variable of each field of the target. */
export const targetVariables: Readonly<Record<keyof AwsTargetProps, keyof typeof awsSettings>> = {
  shape: "MLSTACK_AWS_SHAPE",
  region: "MLSTACK_AWS_REGION",
  architecture: "MLSTACK_AWS_ARCHITECTURE",
  vpcCidr: "MLSTACK_AWS_VPC_CIDR",
  vpcId: "MLSTACK_AWS_VPC_ID",
  privateSubnetIds: "MLSTACK_AWS_PRIVATE_SUBNETS",
  publicSubnetIds: "MLSTACK_AWS_PUBLIC_SUBNETS",
  connectedCidrs: "MLSTACK_AWS_CONNECTED_CIDRS",
  egress: "MLSTACK_AWS_EGRESS",
  domain: "MLSTACK_AWS_DOMAIN",
  hostedZone: "MLSTACK_AWS_HOSTED_ZONE",
  certificateArn: "MLSTACK_AWS_CERTIFICATE_ARN",
  public: "MLSTACK_AWS_PUBLIC",
  allowedCidrs: "MLSTACK_AWS_ALLOWED_CIDRS",
  taskCpu: "MLSTACK_AWS_TASK_CPU",
  taskMemoryMiB: "MLSTACK_AWS_TASK_MEMORY_MIB",
  taskStorageGiB: "MLSTACK_AWS_TASK_STORAGE_GIB",
  hostDatabase: "MLSTACK_AWS_HOST_DATABASE",
  databaseClass: "MLSTACK_AWS_DATABASE_CLASS",
  databaseStorageGiB: "MLSTACK_AWS_DATABASE_STORAGE_GIB",
  backupDays: "MLSTACK_AWS_BACKUP_DAYS",
  instanceType: "MLSTACK_AWS_INSTANCE_TYPE",
  dataVolumeGiB: "MLSTACK_AWS_DATA_VOLUME_GIB",
  createBucket: "MLSTACK_AWS_CREATE_BUCKET",
  secretArns: "MLSTACK_AWS_SECRET_ARNS",
  logDays: "MLSTACK_AWS_LOG_DAYS",
  protect: "MLSTACK_AWS_PROTECT",
};
