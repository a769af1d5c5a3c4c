import { holdsData, type MlflowDeployment, type Problems } from "../../constructs/mlflow/index.js";
import type { HostFacts } from "./facts.js";
import type { Inventory, Named } from "./inventory.js";

/** Names and ids by kind of what has them. */
export type ByKind = Readonly<Record<keyof Inventory, readonly string[]>>;

/** The names that a deployment takes on a host. */
export interface WantedNames {
  readonly deployment: MlflowDeployment;
  /** Name of the stack, as in the label `mlflow-stacks.stack`. */
  readonly stack: string;
  /** Whose it is, as in the label `mlflow-stacks.owner`. */
  readonly owner: string;
  /** The same as the state has it, where the folder's own line was changed. */
  readonly stateOwner?: string | undefined;
  readonly names: ByKind;
  /** Ids or names of what our own state knows. */
  readonly owned: ByKind;
  /** Whether the secrets of volumes that an earlier deployment left are there. */
  readonly mayAdoptVolumes: boolean;
}

/** Whether it is this deployment's: by its labels, or because our state knows it. */
export function isOwn(
  { id, name, deployment, owner }: Named,
  wanted: Pick<WantedNames, "deployment" | "owner" | "stateOwner">,
  known: readonly string[],
): boolean {
  // A volume has no id but its name, which another folder may have taken since.
  if (known.includes(name)) return ["", wanted.owner, wanted.stateOwner].includes(owner);
  // Docker names a container by the beginning of its id, too.
  if (known.some((one) => one.length >= 12 && id.startsWith(one))) return true;
  // Without a mark on either side nobody knows.
  return owner !== "" && deployment === wanted.deployment.name && owner === wanted.owner;
}

/** Refuses names that something else on the host has: it would be replaced, or its data written. */
export function requireNames(facts: HostFacts, wanted: WantedNames, problems: Problems): void {
  const others = (kind: keyof Inventory): readonly Named[] =>
    (facts[kind] as readonly Named[]).filter((one) => !isOwn(one, wanted, wanted.owned[kind]));
  const named = (kind: keyof Inventory): readonly Named[] =>
    others(kind).filter(({ name }) => wanted.names[kind].includes(name));
  const { title } = facts;
  const kinds = ["containers", "networks", "volumes"] as const;
  const foreigners = kinds.flatMap((kind) =>
    named(kind).filter(({ deployment }) => deployment === wanted.deployment.name),
  );
  if (foreigners.length > 0) {
    const whose = anotherFolders(foreigners, wanted.deployment.name, title);
    problems.add(
      "MLSTACK_NAME",
      `${whose}; to go on with it, put that folder's .env into the output folder; else set another MLSTACK_NAME`,
    );
    return;
  }
  const add = (problem: string) => problems.add("MLSTACK_NAME", problem);
  const { name } = wanted.deployment;
  // Under other names its containers would still write to the same volumes.
  const composed = others("containers").filter(({ project }) => project === name);
  const running = [...composed, ...named("containers"), ...named("networks")];
  const projects = new Map(
    running.filter(({ project }) => project !== "").map((one) => [one.project, one.folder]),
  );
  for (const one of composed) if (one.folder !== "") projects.set(one.project, one.folder);
  for (const [project, folder] of projects) {
    add(
      `"${name}" is used on ${title} by the Compose project "${project}"${folder && ` of "${folder}"`}; first run there, which keeps its data: docker compose -p ${project} down; or set another MLSTACK_NAME`,
    );
  }
  for (const [kind, word] of [
    ["containers", "container"],
    ["networks", "network"],
  ] as const) {
    for (const one of named(kind).filter(({ project }) => project === "")) {
      const remove = word === "container" ? "docker rm -f" : "docker network rm";
      add(
        `${foreign(word, one, title)}; set another MLSTACK_NAME, or remove it there: ${remove} ${one.name}`,
      );
    }
  }
  for (const one of named("volumes")) requireVolume(one, wanted, title, add);
}

/** Only who has the passwords of a deployment goes on with it. */
export function anotherFolders(found: readonly Named[], name: string, title: string): string {
  const [first] = found;
  const more = found.length > 1 ? ` and ${found.length - 1} more` : "";
  return `${title} has the deployment "${name}" of another folder (${first?.name}${more})`;
}

/** Whose it is, as far as it says so. */
function foreign(word: string, { name, deployment, stack }: Named, title: string): string {
  const whose =
    deployment === ""
      ? "that no mlstack made"
      : `of the deployment "${deployment}"${stack && ` of the stack "${stack}"`}`;
  return `${title} has a ${word} ${name} ${whose}`;
}

function requireVolume(
  volume: Named,
  { deployment, mayAdoptVolumes }: WantedNames,
  title: string,
  add: (problem: string) => void,
): void {
  const { name, project } = volume;
  if (!mayAdopt(volume, deployment.name)) {
    add(
      `${foreign("volume", volume, title)}; set another MLSTACK_NAME, or remove it there and all data in it: docker volume rm ${name}`,
    );
    return;
  }
  // Of Compose only those with data; the others are made anew at any time.
  if (mayAdoptVolumes || (project !== "" && !holdsData(name))) return;
  const [left, whose] =
    project === ""
      ? ["which may hold data of an earlier deployment", "that deployment's"]
      : [`left of the Compose project "${project}"`, "that project's"];
  add(
    `${title} has the volume ${name}, ${left}; to go on with its data, put ${whose} .env into the output folder; or set another MLSTACK_NAME; or, where nobody wants it, remove it there and all data in it: docker volume rm ${name}`,
  );
}

/**
 * Whether a volume of our own name is ours to go on with, given its secrets: Compose made it for
 * this deployment, or somebody by hand, who brought it back from a backup.
 */
export const mayAdopt = (volume: Named, name: string): boolean =>
  volume.deployment === "" && (volume.project === name || volume.project === "");
