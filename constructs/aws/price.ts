import type { MlflowDeployment } from "../mlflow/index.js";
import type { AwsTarget } from "./aws-target.js";
import { endpointServices, oldVersionDays, rootVolumeGiB } from "./fixed-sizes.js";
import { commonPrices, priceTable, standardRegion, type RegionPrices } from "./price-table.js";
import { hasLoadBalancer } from "./resolve-network.js";

/** One part of a month's price. */
export interface PriceLine {
  readonly what: string;
  /** How it comes about, such as `0.25 vCPU x 730 h x $0.03725`. */
  readonly arithmetic: string;
  /** Of a month; undefined: the table does not have it, or nobody knows it beforehand. */
  readonly dollars: number | undefined;
}

/** What a month costs, roughly, while nobody uses it. */
export interface Price {
  readonly lines: readonly PriceLine[];
  /** Of the lines that have a price. */
  readonly total: number;
  /** Whether a line that costs something all the time has none. */
  readonly atLeast: boolean;
  /** What comes on top by use, a sentence each. */
  readonly byUse: readonly string[];
  /** The region whose prices these are; another than the target's where the table lacks that. */
  readonly region: string;
}

const hours = 730;

/** Storage of a task that costs nothing, in GB. */
const freeTaskStorage = 20;

/** The rough price of a target's month, by list prices. */
export function priceOf(target: AwsTarget, deployment: MlflowDeployment): Price {
  const region = target.region in priceTable ? target.region : standardRegion;
  const prices = priceTable[region];
  if (!prices) throw new Error(`bug: no prices of ${region}`);
  const usesRds =
    deployment.backendStore.kind === "postgres" &&
    (target.shape === "managed" || target.hostDatabase === "rds");
  const lines = [
    ...(target.shape === "managed" ? taskLines(target, prices) : instanceLines(target, prices)),
    ...(usesRds ? databaseLines(target, prices) : []),
    ...networkLines(target, prices),
    monthly("encryption key", 1, "key", commonPrices.key),
    ...secretLines(target, deployment, usesRds),
  ];
  const total = lines.reduce((sum, { dollars = 0 }) => sum + dollars, 0);
  const atLeast = lines.some(({ dollars }) => dollars === undefined);
  return {
    lines,
    total: round(total),
    atLeast,
    byUse: useSentences(target, prices, usesRds),
    region,
  };
}

function taskLines(
  { task, architecture }: AwsTarget,
  { fargate, taskStorage }: RegionPrices,
): readonly PriceLine[] {
  const { vcpu, memoryGb } = fargate[architecture];
  const extra = task.storageGiB - freeTaskStorage;
  return [
    hourly("task, processor", task.cpu / 1024, "vCPU", vcpu),
    hourly("task, memory", task.memoryMiB / 1024, "GB", memoryGb),
    ...(extra > 0 ? [hourly("task, disk above 20 GB", extra, "GB", taskStorage)] : []),
  ];
}

function instanceLines(
  { instance, backupDays }: AwsTarget,
  { instanceType, volume, snapshot }: RegionPrices,
): readonly PriceLine[] {
  const { type, dataVolumeGiB } = instance;
  const snapshots = snapshotGb(dataVolumeGiB, backupDays);
  return [
    hourly(`instance ${type}`, 1, type, instanceType[type]),
    monthly("its root volume", rootVolumeGiB, "GB", volume),
    monthly("its data volume", dataVolumeGiB, "GB", volume),
    monthly(`snapshots, ${backupDays} days`, snapshots, "GB", snapshot),
  ];
}

/** A first one of a half full volume, and then a fiftieth of it every day. */
const snapshotGb = (volumeGiB: number, days: number): number =>
  round((volumeGiB / 2) * (1 + days / 50));

function databaseLines(
  { database }: AwsTarget,
  { databaseClass, databaseStorage }: RegionPrices,
): readonly PriceLine[] {
  const { instanceClass, storageGiB } = database;
  return [
    hourly(`database ${instanceClass}`, 1, instanceClass, databaseClass[instanceClass]),
    monthly("its disk", storageGiB, "GB", databaseStorage),
  ];
}

function networkLines(target: AwsTarget, prices: RegionPrices): readonly PriceLine[] {
  const { network } = target;
  const egress = network.kind === "made" ? network.egress : undefined;
  const addresses =
    (target.public ? 2 : 0) + (egress === "nat" ? 1 : 0) + (egress === "public-ip" ? 1 : 0);
  return [
    ...(hasLoadBalancer(target) ? [hourly("load balancer", 1, "", prices.loadBalancer)] : []),
    ...(egress === "nat" ? [hourly("NAT gateway", 1, "", prices.natGateway)] : []),
    ...(egress === "endpoints"
      ? [hourly("interface endpoints", endpointServices.length, "in one zone", prices.endpoint)]
      : []),
    ...(addresses > 0
      ? [hourly("public IPv4 addresses", addresses, "", commonPrices.publicAddress)]
      : []),
  ];
}

/** RDS keeps one of its own; an instance makes all of them itself but hands over the admin's. */
function secretLines(
  { shape, secretArns }: AwsTarget,
  { secrets }: MlflowDeployment,
  usesRds: boolean,
): readonly PriceLine[] {
  const admin = secrets.filter(({ name }) => name === "MLFLOW_AUTH_ADMIN_PASSWORD");
  const read = secrets.filter(({ name }) => name !== "POSTGRES_PASSWORD");
  const made = (shape === "managed" ? read : admin).filter(({ name }) => !(name in secretArns));
  // A password, and on an instance the URI with it.
  const ofDatabase = usesRds ? (shape === "managed" ? 1 : 2) : 0;
  const count = made.length + ofDatabase;
  return count > 0 ? [monthly("secrets", count, "", commonPrices.secret)] : [];
}

function useSentences(
  target: AwsTarget,
  { objects, logs }: RegionPrices,
  usesRds: boolean,
): readonly string[] {
  const { network, createBucket, logDays, backupDays } = target;
  const egress = network.kind === "made" ? network.egress : undefined;
  const old = createBucket ? `, and old versions of them for ${oldVersionDays} days` : "";
  const burst = burstable(target, usesRds);
  return [
    `artifacts in S3 $${objects} a GB and month${old}`,
    `logs $${logs} a GB, kept ${logDays} days`,
    ...(hasLoadBalancer(target) ? ["what goes through the load balancer (LCU)"] : []),
    ...(egress === "nat" ? ["every GB through the NAT gateway"] : []),
    ...(egress === "endpoints" ? ["every GB through the interface endpoints"] : []),
    ...(target.public || egress === "nat" || egress === "public-ip"
      ? ["every GB out to the internet"]
      : []),
    ...(burst.length > 0
      ? [`more processor than ${burst.join(" and ")} may use all day (CPU credits, unlimited)`]
      : []),
    ...(usesRds ? [`backups of the database above its size, ${backupDays} days`] : []),
  ];
}

/** Types of the families that are slow by right, and fast for money. */
const burstable = (
  { shape, instance, database }: AwsTarget,
  usesRds: boolean,
): readonly string[] => {
  const used = [
    ...(shape === "host" ? [instance.type] : []),
    ...(usesRds ? [database.instanceClass] : []),
  ];
  return used.filter((type) => /^(db\.)?t\d/.test(type));
};

const hourly = (what: string, count: number, unit: string, price: number | undefined): PriceLine =>
  line(
    what,
    `${[count, unit].filter((word) => word !== "").join(" ")} x ${hours} h`,
    count * hours,
    price,
  );

const monthly = (what: string, count: number, unit: string, price: number | undefined): PriceLine =>
  line(what, [count, unit].filter((word) => word !== "").join(" "), count, price);

const line = (
  what: string,
  amount: string,
  count: number,
  price: number | undefined,
): PriceLine => ({
  what,
  arithmetic: price === undefined ? "not in the table" : `${amount} x $${price}`,
  dollars: price === undefined ? undefined : round(count * price),
});

const round = (dollars: number): number => Math.round(dollars * 100) / 100;
