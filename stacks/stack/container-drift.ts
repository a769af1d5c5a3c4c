import { ownerLabel } from "../../constructs/docker/names.js";
import type { Owned, OwnedContainer } from "../host/owned.js";
import type { ExpectedContainer } from "./expected.js";
import type { Drift, Found } from "./found.js";

const terraform = { kind: "terraform" } as const;

/** What of a container that the state knows is not as it was made. */
export function driftOfContainer(
  container: ExpectedContainer,
  { owned: { containers }, owner }: Found,
  roleOf: (address: string) => string,
): readonly Drift[] {
  const { address, id, name, environment } = container;
  const role = roleOf(address);
  const found = containers.find((candidate) => candidate.id === id);
  if (!found) {
    const twin = containers.find((candidate) => candidate.name === name);
    if (!twin) return [{ address, words: `${role}: the container was removed`, repair: terraform }];
    const changes = environmentChanges(environment, twin.environment);
    const how = changes.length > 0 ? `, with another environment (${changes.join("; ")})` : "";
    const words = `${role}: the container was made anew by something else${how}`;
    return [{ address, words, repair: { kind: "remove-container", id: twin.id } }];
  }
  const edits = editsOf(container, found).map((words) => `${role}: ${words}`);
  const edited = edits.map((words): Drift => ({ address, words, repair: { kind: "replace" } }));
  const halt = haltOf(found);
  if (halt) {
    const stopped = { address, words: `${role}: ${halt.words}`, repair: halt.repair };
    // Terraform starts one that has ended, or makes it anew with what it must have.
    return halt.repair.kind === "terraform" ? [stopped] : [stopped, ...edited];
  }
  if (edited.length > 0) return edited;
  const whose = found.labels[ownerLabel];
  if (whose === owner) return [];
  const words = `${role}: the container is there, but of another folder (${whose === undefined ? `it has no label ${ownerLabel}` : `${ownerLabel}=${whose}`}, MLSTACK_OWNER is "${owner}")`;
  return [{ address, words, repair: terraform }];
}

/** What of it is not as it was made. */
function editsOf(
  { environment, imageId }: ExpectedContainer,
  found: OwnedContainer,
): readonly string[] {
  const changes = environmentChanges(environment, found.environment);
  if (changes.length > 0) return [`the environment was edited (${changes.join("; ")})`];
  return found.imageId === imageId ? [] : ["the container runs another image"];
}

/** Why it does not work, in Docker's states; undefined: it runs. */
function haltOf({
  id,
  state,
  exitCode,
}: OwnedContainer): Pick<Drift, "words" | "repair"> | undefined {
  switch (state) {
    case "running":
      return undefined;
    case "paused":
      // For Terraform it runs.
      return { words: "the container is paused", repair: { kind: "unpause", id } };
    case "restarting":
      return {
        words: `the container ends and starts again and again (exit code ${exitCode})`,
        repair: { kind: "restart", id },
      };
    case "dead":
      return {
        words: "the container is dead: Docker could not remove all of it",
        repair: { kind: "remove-container", id },
      };
    case "exited":
      return { words: `the container was stopped (exit code ${exitCode})`, repair: terraform };
    case "created":
      return { words: "the container was never started", repair: terraform };
    default:
      return { words: `the container is ${state}`, repair: terraform };
  }
}

/**
 * The provider takes a container without any network for one that is where it was, and one that
 * was stopped does not start again on a network that was made anew.
 */
export function lostNetworks(
  { address, id, networks }: ExpectedContainer,
  owned: Owned,
  roleOf: (address: string) => string,
): readonly Drift[] {
  const found = owned.containers.find((candidate) => candidate.id === id);
  if (!found) return [];
  const isOn = (name: string): boolean => {
    const network = found.networks[name];
    // Docker gives no id before the first start.
    return network === "" || owned.networks.some((one) => one.name === name && one.id === network);
  };
  return networks
    .filter((name) => !isOn(name))
    .map((name) => ({
      address,
      words: `${roleOf(address)}: the container is no longer on the network ${name}`,
      repair: { kind: "replace" },
    }));
}

/** Variables that differ from those it was made with; the image's own are not among those. */
function environmentChanges(
  wanted: Readonly<Record<string, string>>,
  found: Readonly<Record<string, string>>,
): readonly string[] {
  return Object.entries(wanted).flatMap(([name, value]) => {
    const now = found[name];
    if (now === value) return [];
    return [now === undefined ? `${name} is gone` : `${name} is "${now}", was "${value}"`];
  });
}
