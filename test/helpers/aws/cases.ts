import type { AwsTargetProps } from "../../../constructs/aws/index.js";
import type { MlflowDeploymentProps } from "../../../constructs/mlflow/index.js";

export interface AwsCase {
  readonly name: string;
  readonly props: MlflowDeploymentProps;
  readonly target: AwsTargetProps;
}

export const exampleBucket = "example-mlflow-artifacts";

/** The props that a deployment on AWS needs at least. */
export const awsProps = (
  overrides: Partial<MlflowDeploymentProps> = {},
): MlflowDeploymentProps => ({
  topology: "remote-server",
  artifactStore: { kind: "s3", bucket: exampleBucket },
  ...overrides,
});

export const managedTarget = (overrides: Partial<AwsTargetProps> = {}): AwsTargetProps => ({
  shape: "managed",
  region: "eu-central-1",
  ...overrides,
});

export const hostTarget = (overrides: Partial<AwsTargetProps> = {}): AwsTargetProps => ({
  shape: "host",
  region: "eu-central-1",
  ...overrides,
});

/** A target in a network of the user's. */
export const givenNetwork = {
  vpcId: "vpc-0123456789abcdef0",
  privateSubnetIds: ["subnet-0123456789abcdef0", "subnet-0123456789abcdef1"],
} as const;

export const certificateArn =
  "arn:aws:acm:eu-central-1:123456789012:certificate/12345678-1234-1234-1234-123456789012";

export const uriSecretArn =
  "arn:aws:secretsmanager:eu-central-1:123456789012:secret:database-uri-AbCdEf";

/** Every folder of `constructs/aws/golden`. */
export const awsCases: readonly AwsCase[] = [
  { name: "managed", props: awsProps(), target: managedTarget() },
  {
    name: "managed-domain-nat-x86",
    props: awsProps({
      name: "mlflow-team-a",
      profile: "medium",
      artifactStore: { kind: "s3", bucket: exampleBucket, prefix: "team/a" },
    }),
    target: managedTarget({
      architecture: "x86_64",
      egress: "nat",
      domain: "mlflow.example.com",
      hostedZone: "example.com",
      public: true,
      databaseClass: "db.t4g.small",
      backupDays: 14,
    }),
  },
  {
    name: "managed-given-vpc-external",
    props: awsProps({ backendStore: { kind: "external" } }),
    target: managedTarget({
      ...givenNetwork,
      domain: "mlflow.example.com",
      certificateArn,
      createBucket: false,
      secretArns: { MLFLOW_BACKEND_STORE_URI: uriSecretArn },
    }),
  },
  { name: "host", props: awsProps(), target: hostTarget() },
  {
    name: "host-domain-rds",
    props: awsProps({ artifactStore: { kind: "s3", bucket: exampleBucket, prefix: "team/a" } }),
    target: hostTarget({
      hostDatabase: "rds",
      egress: "public-ip",
      domain: "mlflow.example.com",
      hostedZone: "example.com",
    }),
  },
];

export function awsCase(name: string): AwsCase {
  const found = awsCases.find((candidate) => candidate.name === name);
  if (!found) throw new Error(`no golden case ${name}`);
  return found;
}
