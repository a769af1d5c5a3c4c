import { hostProfiles, type MlflowDeployment, type Problems } from "../mlflow/index.js";
import type { HostProfileName } from "../mlflow/index.js";
import type { Architecture, AwsTarget } from "./aws-target.js";

/** The smallest common type that holds a profile. */
export const defaultInstanceType = (
  profile: HostProfileName,
  architecture: Architecture,
): string => {
  const [arm64, x86] = {
    small: ["t4g.small", "t3.small"],
    n100: ["t4g.medium", "t3.medium"],
    medium: ["m7g.xlarge", "m7i.xlarge"],
  }[profile];
  return (architecture === "arm64" ? arm64 : x86) ?? "";
};

/** Graviton's families have a "g" behind their generation: t4g, m7gd, c6gn; and the first, a1. */
export const architectureOf = (instanceType: string): Architecture =>
  /^(a1|[a-z]+\d+g[a-z]*)\./.test(instanceType) ? "arm64" : "x86_64";

/**
 * Families that run on Xen, where a volume is no NVMe device whose name tells its id.
 *
 * @see https://docs.aws.amazon.com/ec2/latest/instancetypes/ec2-nitro-instances.html
 */
const xen =
  /^(t[12]|m[1-4]|c[134]|cc2|cg1|cr1|r[34]|i[23]|d2|h1|hs1|hi1|x1e?|g[23]s?|p[23]|f1)\.(?!metal)/;

export interface InstanceSize {
  readonly cpus: number;
  readonly memoryGiB: number;
}

/** Burstable types by the word behind their family. */
const burstable: Readonly<Record<string, readonly [cpus: number, memoryGiB: number]>> = {
  nano: [2, 0.5],
  micro: [2, 1],
  small: [2, 2],
  medium: [2, 4],
  large: [2, 8],
  xlarge: [4, 16],
  "2xlarge": [8, 32],
};

/** GiB for each vCPU, by the first letter: for computing, for everything, for memory. */
const memoryPerCpu: Readonly<Record<string, number>> = { c: 2, m: 4, r: 8 };

/**
 * Size of a common type; undefined: it is none of these. A few have a little more memory.
 *
 * @see https://docs.aws.amazon.com/ec2/latest/instancetypes/instance-types.html
 */
export function instanceSize(type: string): InstanceSize | undefined {
  const [family = "", size = ""] = type.split(".");
  if (/^t(3a?|4g)$/.test(family)) {
    const [cpus, memoryGiB] = burstable[size] ?? [];
    return cpus === undefined || memoryGiB === undefined ? undefined : { cpus, memoryGiB };
  }
  const letter = /^([cmr])[5-9]/.exec(family)?.[1];
  const several = /^(\d*)xlarge$/.exec(size)?.[1];
  const cpus = several === undefined ? { medium: 1, large: 2 }[size] : Number(several || "1") * 4;
  if (letter === undefined || cpus === undefined) return undefined;
  return { cpus, memoryGiB: cpus * (memoryPerCpu[letter] ?? 0) };
}

/** What the system, Docker and SSM's agent need beside the containers. */
const systemMiB = 512;

/** What a profile's containers may use at most, at the same time. */
function needed({ profile, backendStore }: MlflowDeployment, target: AwsTarget): InstanceSize {
  const { trackingServer, backendStore: database, jobs } = hostProfiles[profile];
  const own = backendStore.kind === "postgres" && target.hostDatabase === "container";
  const cpus = Math.max(trackingServer.cpus, jobs.cpus, own ? database.cpus : 0);
  const memoryMiB = trackingServer.memoryMiB + (own ? database.memoryMiB : 0) + systemMiB;
  return { cpus, memoryGiB: memoryMiB / 1024 };
}

/** A type that the instance can't be, or that what runs on it does not fit. */
export function requireInstance(
  target: AwsTarget,
  deployment: MlflowDeployment,
  problems: Problems,
): void {
  const { type } = target.instance;
  const path = "target.instanceType";
  const grammar = /^[a-z][a-z0-9-]*\d[a-z0-9-]*\.[a-z0-9-]+$/;
  const rule = `must be a type of EC2 such as "t4g.small"; got "${type}"`;
  if (!problems.require(grammar.test(type), path, rule)) return;
  const use = defaultInstanceType(deployment.profile, target.architecture);
  problems.require(
    !xen.test(type),
    path,
    `must be a type on Nitro, where a volume has a name of its own; got "${type}"; use "${use}"`,
  );
  const built = architectureOf(type);
  // Neither of an architecture that there is not, which is a problem of its own.
  const known = ["arm64", "x86_64"].includes(target.architecture);
  problems.require(
    !known || built === target.architecture,
    path,
    `must be of target.architecture "${target.architecture}"; got "${type}", which is ${built}; use "${use}", or target.architecture "${built}"`,
  );
  if (target.shape === "host") requireFit(type, target, deployment, problems);
}

/** Docker starts no container that may use more processors than there are. */
function requireFit(
  type: string,
  target: AwsTarget,
  deployment: MlflowDeployment,
  problems: Problems,
): void {
  const { profile } = deployment;
  const size = instanceSize(type);
  const least = needed(deployment, target);
  const use = defaultInstanceType(profile, architectureOf(type));
  const smaller = profile === "small" ? "" : ', or the profile "small"';
  problems.require(
    !size || (size.cpus >= least.cpus && size.memoryGiB >= least.memoryGiB),
    "target.instanceType",
    `must have ${least.cpus} vCPUs and ${least.memoryGiB} GiB or more for the profile "${profile}"; got "${type}" with ${size?.cpus} and ${size?.memoryGiB}; use "${use}"${smaller}`,
  );
}
