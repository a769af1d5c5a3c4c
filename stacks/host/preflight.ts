import {
  hostProfiles,
  type MlflowDeployment,
  type Problems,
} from "../../constructs/mlflow/index.js";
import {
  floor,
  requireCpus,
  requireFree,
  requireMemory,
  requireVersion,
  runningGiB,
} from "../up/resources.js";
import type { Listener } from "../tools/listener.js";
import type { HostFacts } from "./facts.js";
import { isAtWork } from "./inventory.js";
import { isOwn, requireNames, type WantedNames } from "./names.js";
import { requirePort } from "./ports.js";

/** What is about to be deployed, and what of it is there. */
export interface Wanted extends WantedNames {
  readonly deployment: MlflowDeployment;
  /** What our own containers at work listen on, also where one is just between two starts. */
  readonly bindings: readonly Listener[];
}

/**
 * Looks before anything is changed, and lists everything that would fail later, each with the
 * setting to change or what to do on the host.
 */
export function requireHost(facts: HostFacts, wanted: Wanted, problems: Problems): void {
  const { deployment } = wanted;
  const { title } = facts;
  requireVersion("Docker engine", facts.engineVersion, floor.engine, problems);
  problems.require(
    facts.architecture === "amd64" || facts.architecture === "arm64",
    "Docker engine",
    `must be for amd64 or arm64, for which there are images; that of ${title} is for ${facts.architecture}; install a 64-bit system there`,
  );
  requireCpus(deployment, facts.cpus, title, problems);
  requireClock(facts, problems);
  const runs = facts.containers.some(
    (container) => isAtWork(container) && isOwn(container, wanted, wanted.owned.containers),
  );
  if (!runs) {
    const { availableMemoryMiB: available, memoryMiB } = facts;
    const where = available === undefined ? `${title} in all` : title;
    requireMemory(deployment, available ?? memoryMiB, where, problems);
  }
  const least = runs ? runningGiB : hostProfiles[deployment.profile].minimum.diskGiB;
  const hint = `remove something on ${title} (docker system df shows what Docker holds there)`;
  requireFree(deployment, { path: facts.root, least, hint }, facts.freeGiB, problems);
  requirePort(facts, wanted, problems);
  requireNames(facts, wanted, problems);
}

/** Seconds; S3 refuses signatures that are fifteen minutes off, and certificates begin and end. */
const mostAhead = 300;

function requireClock({ title, clockAheadSeconds = 0 }: HostFacts, problems: Problems): void {
  const minutes = Math.floor(Math.abs(clockAheadSeconds) / 60);
  problems.require(
    Math.abs(clockAheadSeconds) <= mostAhead,
    "clock",
    `must be right on ${title}, for certificates and the signatures of S3; it is ${minutes} minutes ${clockAheadSeconds > 0 ? "ahead of" : "behind"} this machine's; set both by NTP (sudo timedatectl set-ntp true)`,
  );
}
