import { freemem, totalmem } from "node:os";
import {
  hostProfiles,
  planContainers,
  type HostProfileName,
  type MlflowDeployment,
  type Problems,
} from "../../constructs/mlflow/index.js";
import { freeGiB } from "../tools/disk.js";
import { readIfExists } from "../tools/files.js";

/** Oldest releases that have everything. */
export const floor = { engine: "20.10", compose: "2.24" } as const;

/** GiB that a stack needs that runs already and whose images are there. */
export const runningGiB = 1;

/** @param what - whose version it is, such as `Docker engine` */
export function requireVersion(
  what: string,
  version: string,
  least: string,
  problems: Problems,
): void {
  const number = (text: string) => {
    const [major = 0, minor = 0] = text.split(".").map((part) => Number.parseInt(part, 10));
    return major * 1000 + minor;
  };
  problems.require(
    number(version) >= number(least),
    what,
    `must be ${least} or newer; this one is ${version}; install a newer one (https://docs.docker.com/engine/install/)`,
  );
}

/** @param which - whose processors they are, such as `this one` */
export function requireCpus(
  deployment: MlflowDeployment,
  cpus: number,
  which: string,
  problems: Problems,
): void {
  const most = Math.max(
    ...planContainers(deployment).containers.map(({ resources }) => resources.cpus),
  );
  problems.require(
    most <= cpus,
    "MLSTACK_PROFILE",
    `"${deployment.profile}" is for machines with ${most} processors or more; ${which} has ${cpus}; use a smaller profile, such as "small"`,
  );
}

/** MiB that a program may still take, or where the system doesn't say that, all there is. */
export function availableMemoryMiB(): number {
  const kib = /^MemAvailable:\s+(\d+) kB/m.exec(readIfExists("/proc/meminfo") ?? "")?.[1];
  if (kib !== undefined) return Math.floor(Number(kib) / 1024);
  // macOS counts what it would give up at once as used.
  return Math.floor((process.platform === "darwin" ? totalmem() : freemem()) / 2 ** 20);
}

/** @param where - whose memory it is, such as `this machine` */
export function requireMemory(
  { profile }: MlflowDeployment,
  available: number,
  where: string,
  problems: Problems,
): void {
  const needed = ({ minimum }: (typeof hostProfiles)[HostProfileName]) => minimum.memoryMiB;
  const least = needed(hostProfiles[profile]);
  problems.require(
    available >= least,
    "MLSTACK_PROFILE",
    `"${profile}" starts with ${least} MiB of memory free or more; ${where} has ${available} MiB; end something${orSmaller(profile, needed, available)}`,
  );
}

/** A place on a disk, and what it is for. */
export interface DiskNeed {
  readonly path: string;
  /** The setting that names it; undefined: the profile's size is what may be changed. */
  readonly setting?: string;
  /** GiB */
  readonly least: number;
  /** What is there and how to make room. */
  readonly hint: string;
}

/** Free space. Unknown without permission to look; then not a problem. */
export async function requireDisk(
  deployment: MlflowDeployment,
  need: DiskNeed,
  problems: Problems,
): Promise<void> {
  requireFree(deployment, need, await freeGiB(need.path), problems);
}

/** @param free - GiB at the place; undefined: nobody could look */
export function requireFree(
  { profile }: MlflowDeployment,
  { path, setting, least, hint }: DiskNeed,
  free: number | undefined,
  problems: Problems,
): void {
  if (free === undefined || free >= least) return;
  const needed = ({ minimum }: (typeof hostProfiles)[HostProfileName]) => minimum.diskGiB;
  const smaller =
    least === needed(hostProfiles[profile]) ? orSmaller(profile, needed, free) : undefined;
  const another = setting === undefined ? "" : ", or name a folder on another disk";
  problems.add(
    setting ?? "MLSTACK_PROFILE",
    `needs ${least} GiB of disk free at "${path}"; ${Math.floor(free * 10) / 10} GiB are; ${hint}${another}${smaller ?? ""}`,
  );
}

/** The smallest profile as a way out, where it is one. */
function orSmaller(
  profile: HostProfileName,
  needed: (profile: (typeof hostProfiles)[HostProfileName]) => number,
  available: number,
): string {
  if (profile === "small" || available < needed(hostProfiles.small)) return "";
  return ", or set MLSTACK_PROFILE=small";
}
