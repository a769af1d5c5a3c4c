/** What AWS asks for in a region, in dollars without tax. */
export interface RegionPrices {
  /** Fargate, by architecture: a vCPU and a GB of memory for an hour. */
  readonly fargate: Readonly<Record<"arm64" | "x86_64", { vcpu: number; memoryGb: number }>>;
  /** Disk of a task above its first 20 GB: a GB for an hour. */
  readonly taskStorage: number;
  /** RDS for PostgreSQL in one zone: a class for an hour. */
  readonly databaseClass: Readonly<Record<string, number>>;
  /** A GB of its gp3 disk for a month. */
  readonly databaseStorage: number;
  /** An application load balancer for an hour, without the units of what goes through it. */
  readonly loadBalancer: number;
  /** A NAT gateway for an hour, without its price for every GB. */
  readonly natGateway: number;
  /** An interface endpoint in one zone for an hour. */
  readonly endpoint: number;
  /** A type of EC2, with Linux, for an hour. */
  readonly instanceType: Readonly<Record<string, number>>;
  /** A GB of an EBS volume, gp3, for a month. */
  readonly volume: number;
  /** A GB of its snapshots for a month. */
  readonly snapshot: number;
  /** A GB in S3, Standard, for a month. */
  readonly objects: number;
  /** A GB of logs that comes into CloudWatch. */
  readonly logs: number;
}

/** Everywhere the same. */
export const commonPrices = {
  /** A public IPv4 address for an hour, in use or not. */
  publicAddress: 0.005,
  /** A key of KMS for a month. */
  key: 1,
  /** A secret of Secrets Manager for a month. */
  secret: 0.4,
} as const;

/** When the table was last gone through. */
export const pricesDate = "2026-11-28";

/** The region whose prices stand in for one that the table does not have. */
export const standardRegion = "us-east-1";

const unitedStates: RegionPrices = {
  fargate: {
    arm64: { vcpu: 0.03238, memoryGb: 0.00356 },
    x86_64: { vcpu: 0.04048, memoryGb: 0.004445 },
  },
  taskStorage: 0.000111,
  databaseClass: { "db.t4g.micro": 0.016, "db.t4g.small": 0.032, "db.t4g.medium": 0.065 },
  databaseStorage: 0.115,
  loadBalancer: 0.0225,
  natGateway: 0.045,
  endpoint: 0.01,
  instanceType: {
    "t4g.micro": 0.0084,
    "t4g.small": 0.0168,
    "t4g.medium": 0.0336,
    "t4g.large": 0.0672,
    "t3.small": 0.0208,
    "t3.medium": 0.0416,
    "m7g.xlarge": 0.1632,
    "m7i.xlarge": 0.2016,
  },
  volume: 0.08,
  snapshot: 0.05,
  objects: 0.023,
  logs: 0.5,
};

/**
 * List prices on demand, as known on `pricesDate` from AWS's price pages; not read from AWS, and
 * without discounts, credits and the free tier.
 *
 * @see https://aws.amazon.com/fargate/pricing/ and its siblings
 */
export const priceTable: Readonly<Record<string, RegionPrices>> = {
  "us-east-1": unitedStates,
  "us-west-2": unitedStates,
  "eu-west-1": {
    ...unitedStates,
    taskStorage: 0.000122,
    databaseClass: { "db.t4g.micro": 0.017, "db.t4g.small": 0.034, "db.t4g.medium": 0.069 },
    databaseStorage: 0.127,
    loadBalancer: 0.0252,
    natGateway: 0.048,
    endpoint: 0.011,
    instanceType: {
      "t4g.micro": 0.0092,
      "t4g.small": 0.0184,
      "t4g.medium": 0.0368,
      "t4g.large": 0.0736,
      "t3.small": 0.0228,
      "t3.medium": 0.0456,
      "m7g.xlarge": 0.1822,
      "m7i.xlarge": 0.2247,
    },
    volume: 0.088,
    logs: 0.57,
  },
  "eu-central-1": {
    fargate: {
      arm64: { vcpu: 0.03725, memoryGb: 0.00409 },
      x86_64: { vcpu: 0.04656, memoryGb: 0.00511 },
    },
    taskStorage: 0.000127,
    databaseClass: { "db.t4g.micro": 0.018, "db.t4g.small": 0.036, "db.t4g.medium": 0.074 },
    databaseStorage: 0.137,
    loadBalancer: 0.027,
    natGateway: 0.052,
    endpoint: 0.012,
    instanceType: {
      "t4g.micro": 0.0096,
      "t4g.small": 0.0192,
      "t4g.medium": 0.0384,
      "t4g.large": 0.0768,
      "t3.small": 0.024,
      "t3.medium": 0.048,
      "m7g.xlarge": 0.1952,
      "m7i.xlarge": 0.2415,
    },
    volume: 0.0952,
    snapshot: 0.054,
    objects: 0.0245,
    logs: 0.63,
  },
};
