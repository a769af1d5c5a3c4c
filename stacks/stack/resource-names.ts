import { TerraformResource } from "cdktf";
import type { DockerStack } from "../docker-stack.js";

/** What people call the resources of a stack, and where each is. */
export interface ResourceNames {
  /** `tracking-server`, `volume backend-store-data`, … for an address; the address of a stranger. */
  readonly nameOf: (address: string) => string;
  /** Addresses of all jobs. */
  readonly jobs: readonly string[];
  /** Addresses of the jobs that must run again with this volume empty. */
  readonly jobsOf: (volume: string) => readonly string[];
  /** Addresses of what holds data. */
  readonly dataVolumes: readonly string[];
}

/** Reads the names off the construct tree, whose ids are the roles. */
export function resourceNames(stack: DockerStack): ResourceNames {
  const names = new Map<string, string>();
  const dataVolumes: string[] = [];
  for (const node of stack.node.findAll()) {
    if (!TerraformResource.isTerraformResource(node)) continue;
    const address = addressOf(node);
    names.set(address, nameOf(node.node.path.split("/")));
    if (node.lifecycle?.preventDestroy !== undefined) dataVolumes.push(address);
  }
  return {
    nameOf: (address) => names.get(address) ?? formerName(address),
    jobs: stack.mlflow.jobs.map(({ resource }) => addressOf(resource)),
    jobsOf: (volume) =>
      stack.mlflow.jobs
        .filter(({ volumes }) => volumes.some((one) => addressOf(one) === volume))
        .map(({ resource }) => addressOf(resource)),
    dataVolumes,
  };
}

const addressOf = ({ terraformResourceType, friendlyUniqueId }: TerraformResource): string =>
  `${terraformResourceType}.${friendlyUniqueId}`;

const groups: Readonly<Record<string, string>> = {
  images: "image of",
  networks: "network",
  volumes: "volume",
};

/** Of something that is no longer described, as its address spells it. */
function formerName(address: string): string {
  const former = /^\w+\.mlflow_(?:(images|networks|volumes)_)?(.+)_[0-9A-F]{8}$/.exec(address);
  if (!former) return address;
  const [, group = "", name = ""] = former;
  return group === "" ? name : `${groups[group] ?? group} ${name}`;
}

/** Of `home-lab/mlflow/volumes/backend-store-data`: a role, or what it is and its name. */
function nameOf([, , group = "", name = ""]: readonly string[]): string {
  const word = groups[group];
  return word === undefined ? group : `${word} ${name}`;
}
