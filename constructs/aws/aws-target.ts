import type { SecretName } from "../mlflow/index.js";

/** Where on AWS a deployment runs, and how: what the user states. */
export interface AwsTargetProps {
  /**
   * `managed`: ECS Fargate, RDS and a load balancer; `host`: one instance that runs the Compose
   * files, with PostgreSQL on a volume beside it.
   */
  readonly shape: AwsShape;
  /** Such as `eu-central-1`. The bucket is in the same one. */
  readonly region: string;
  /** @default "arm64", which costs a fifth less */
  readonly architecture?: Architecture;

  /**
   * Range of the VPC that is made, /16 to /24, such as `10.73.0.0/20`.
   * @default "10.73.0.0/20"
   */
  readonly vpcCidr?: string;
  /** A VPC of yours instead. Its subnets have a way to AWS's own services already. */
  readonly vpcId?: string;
  /** With `vpcId`: two for `managed` and for a domain, in two zones; one is enough otherwise. */
  readonly privateSubnetIds?: readonly string[];
  /** With `vpcId` and `public`: two, in two zones, for the load balancer. */
  readonly publicSubnetIds?: readonly string[];
  /** Networks that this one is connected with, whose ranges it must not overlap. @default none */
  readonly connectedCidrs?: readonly string[];
  /**
   * How the subnets get out. `endpoints`: to the AWS services that are needed and nowhere else;
   * `nat`: everywhere, by a NAT gateway; `public-ip`: everywhere, by an address of the instance's
   * own that lets nothing in, the cheapest.
   * @default - endpoints for `managed`, nat for `host`
   */
  readonly egress?: Egress;

  /** Name that people type: `mlflow.example.com`. It gets a load balancer with HTTPS. */
  readonly domain?: string;
  /** Hosted zone of Route 53 that gets the name and proves the certificate: `example.com`. */
  readonly hostedZone?: string;
  /** A certificate of yours for `domain`, in place of one that is made. */
  readonly certificateArn?: string;
  /** Whether the load balancer is reached from the internet. @default false */
  readonly public?: boolean;
  /** Who may open it. @default - the VPC's own range; with `public` everybody */
  readonly allowedCidrs?: readonly string[];

  /** Units of 1/1024 vCPU. @default 256; with the profile medium 1024 */
  readonly taskCpu?: number;
  /** @default 1024; with the profile medium 4096 */
  readonly taskMemoryMiB?: number;
  /** Disk of the task, 21 to 200: at least twice the largest artifact. @default 21 */
  readonly taskStorageGiB?: number;

  /** Where PostgreSQL of the `host` shape is; `managed` always has RDS. @default "container" */
  readonly hostDatabase?: "container" | "rds";
  /** @default "db.t4g.micro" */
  readonly databaseClass?: string;
  /** Grows by itself up to five times that. @default 20 */
  readonly databaseStorageGiB?: number;
  /** Days of backups, 7 to 35, of the database or of the instance's data volume. @default 7 */
  readonly backupDays?: number;

  /**
   * One of Nitro, as large as the profile.
   * @default - t4g.small; with the profile n100 t4g.medium, with medium m7g.xlarge; for x86_64
   * t3.small, t3.medium and m7i.xlarge
   */
  readonly instanceType?: string;
  /** Volume of the `host` shape with the database, which outlives the instance. @default 20 */
  readonly dataVolumeGiB?: number;

  /**
   * Make the bucket. @default true; false: it is there, and stays as it is; encrypted by S3 or
   * under AWS's own key (SSE-S3, or aws/s3), because the server opens no key of yours
   */
  readonly createBucket?: boolean;
  /**
   * Whole ARNs of secrets that are in Secrets Manager already, by name; under a key of yours if its
   * policy lets the account's roles use it. @default - all are made
   */
  readonly secretArns?: Readonly<Partial<Record<SecretName, string>>>;
  /** Days that logs are kept; one of the numbers that CloudWatch knows. @default 30 */
  readonly logDays?: number;
  /**
   * Refuse to destroy what holds data, and the load balancer. Set to false, and deploy, before you
   * destroy. @default true
   */
  readonly protect?: boolean;
}

export type AwsShape = "managed" | "host";
export type Architecture = "arm64" | "x86_64";
export type Egress = "endpoints" | "nat" | "public-ip";

/** A VPC that is made, or one of the user's. */
export type AwsNetwork =
  | { readonly kind: "made"; readonly cidr: string; readonly egress: Egress }
  | {
      readonly kind: "given";
      readonly vpcId: string;
      readonly privateSubnetIds: readonly string[];
      readonly publicSubnetIds: readonly string[];
    };

/** The load balancer's name on the outside. */
export interface AwsDomain {
  readonly name: string;
  readonly hostedZone: string | undefined;
  readonly certificateArn: string | undefined;
}

/** The same with every default applied and every rule checked. */
export interface AwsTarget {
  readonly shape: AwsShape;
  readonly region: string;
  readonly architecture: Architecture;
  readonly network: AwsNetwork;
  readonly domain: AwsDomain | undefined;
  readonly public: boolean;
  /** Empty: the VPC's own range. */
  readonly allowedCidrs: readonly string[];
  readonly task: {
    readonly cpu: number;
    readonly memoryMiB: number;
    readonly storageGiB: number;
  };
  readonly hostDatabase: "container" | "rds";
  readonly database: { readonly instanceClass: string; readonly storageGiB: number };
  readonly backupDays: number;
  readonly instance: { readonly type: string; readonly dataVolumeGiB: number };
  readonly createBucket: boolean;
  readonly secretArns: Readonly<Partial<Record<SecretName, string>>>;
  readonly logDays: number;
  readonly protect: boolean;
}
