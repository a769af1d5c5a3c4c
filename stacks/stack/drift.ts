import { roleLabel } from "../../constructs/docker/names.js";
import { holdsData } from "../../constructs/mlflow/index.js";
import type { Owned, OwnedContainer } from "../host/owned.js";
import type { Expected, ExpectedContainer, ExpectedImage } from "./expected.js";

/** Something on the host that is not as the last deploy left it, and what deploy does about it. */
export interface Drift {
  /** Address of the resource; undefined: the state knows nothing of it. */
  readonly address: string | undefined;
  /** A sentence without a stop, which begins with what it is about. */
  readonly words: string;
  /** `terraform`: its own plan repairs it. */
  readonly repair:
    | { readonly kind: "terraform" }
    /** Terraform does not see it, and is told to make it anew. */
    | { readonly kind: "replace" }
    | { readonly kind: "remove-container"; readonly id: string }
    | { readonly kind: "remove-network"; readonly id: string }
    | { readonly kind: "tag"; readonly imageId: string; readonly name: string }
    /** The right image is gone; without the wrong name it is pulled or built again. */
    | { readonly kind: "untag"; readonly name: string }
    /** Data is gone; nothing brings it back. Whoever has read some of it begins anew, by id. */
    | { readonly kind: "lost-data"; readonly volume: string; readonly readers: readonly string[] };
}

/** What the host has, whoever made it. */
export interface Found {
  readonly owned: Owned;
  /** Of all volumes: one that was taken over from Compose carries no label of ours. */
  readonly volumes: ReadonlySet<string>;
  /** Image ids by name. */
  readonly imageOf: ReadonlyMap<string, string>;
  /** Ids of images that are there, with a name or without. */
  readonly imageIds: ReadonlySet<string>;
}

const terraform = { kind: "terraform" } as const;

/**
 * Compares the host with the state. Terraform's own comparison does not read environments, takes
 * an image that was given another's tag for the right one, and does not know what an apply that was
 * cut off has left.
 *
 * @param roleOf - what people call a resource, by its address
 * @param jobs - roles that remove themselves, and what is left of them at their next start
 */
export function findDrift(
  expected: Expected,
  found: Found,
  roleOf: (address: string) => string,
  jobs: ReadonlySet<string> = new Set(),
): readonly Drift[] {
  const { owned } = found;
  return [
    ...expected.containers.flatMap((container) => driftOfContainer(container, owned, roleOf)),
    ...expected.containers.flatMap((container) => lostNetworks(container, owned, roleOf)),
    ...expected.images.flatMap((image) => driftOfImage(image, found, roleOf)),
    ...expected.networks.flatMap(({ address, id, name }): Drift[] =>
      owned.networks.some((network) => network.id === id)
        ? []
        : [{ address, words: `${roleOf(address)}: ${name} was removed`, repair: terraform }],
    ),
    ...driftOfVolumes(expected, found, roleOf),
    ...strangers(expected, owned, jobs),
  ];
}

function driftOfContainer(
  container: ExpectedContainer,
  { containers }: Owned,
  roleOf: (address: string) => string,
): readonly Drift[] {
  const { address, id, name, imageId, environment } = container;
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
  if (found.state !== "running")
    return [{ address, words: stopped(role, found), repair: terraform }];
  const changes = environmentChanges(environment, found.environment);
  if (changes.length > 0) {
    const words = `${role}: the environment was edited (${changes.join("; ")})`;
    return [{ address, words, repair: { kind: "replace" } }];
  }
  return found.imageId === imageId
    ? []
    : [
        {
          address,
          words: `${role}: the container runs another image`,
          repair: { kind: "replace" },
        },
      ];
}

/**
 * The provider takes a container without any network for one that is where it was, and one that
 * was stopped does not start again on a network that was made anew.
 */
function lostNetworks(
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

const stopped = (role: string, { state, exitCode }: OwnedContainer): string =>
  state === "exited"
    ? `${role}: the container was stopped (exit code ${exitCode})`
    : `${role}: the container is ${state}`;

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

function driftOfImage(
  { address, name, imageId }: ExpectedImage,
  { imageOf, imageIds }: Found,
  roleOf: (address: string) => string,
): readonly Drift[] {
  const now = imageOf.get(name);
  if (now === imageId) return [];
  const title = `${roleOf(address)}: ${name}`;
  if (now === undefined && !imageIds.has(imageId)) {
    return [{ address, words: `${title} was removed`, repair: terraform }];
  }
  // A digest is no tag that could be moved or set.
  if (name.includes("@")) return [{ address, words: `${title} was removed`, repair: terraform }];
  const words =
    now === undefined ? `${title} has lost its tag` : `${title} is the tag of another image now`;
  return [
    {
      address,
      words,
      repair: imageIds.has(imageId) ? { kind: "tag", imageId, name } : { kind: "untag", name },
    },
  ];
}

function driftOfVolumes(
  { volumes, containers }: Expected,
  found: Found,
  roleOf: (address: string) => string,
): readonly Drift[] {
  const readers = containers
    .filter(({ address }) => roleOf(address) === "tracking-server")
    .map(({ id }) => id);
  return volumes
    .filter(({ name }) => !found.volumes.has(name))
    .map(({ address, name }) => {
      const data = holdsData(name);
      return {
        address,
        words: `${roleOf(address)}: ${name} was removed${data ? ", and the data in it" : ""}`,
        repair: data ? { kind: "lost-data", volume: name, readers } : terraform,
      };
    });
}

/** What an apply that was cut off has made on the host and not told the state. */
function strangers(expected: Expected, owned: Owned, jobs: ReadonlySet<string>): readonly Drift[] {
  const known = new Set([...expected.containers, ...expected.networks].map(({ id }) => id));
  const ids = new Set(owned.containers.map(({ id }) => id));
  // Told as the container that it stands in for, unless that is there too, under another name.
  const twins = new Set(expected.containers.flatMap(({ id, name }) => (ids.has(id) ? [] : [name])));
  const cut =
    known.size === 0
      ? "is of a deploy whose state is lost"
      : "was left by a deploy that did not end";
  return [
    ...owned.containers
      .filter(
        ({ id, name, labels }) =>
          !known.has(id) && !twins.has(name) && !jobs.has(labels[roleLabel] ?? ""),
      )
      .map(({ id, name }): Drift => ({
        address: undefined,
        words: `container ${name} ${cut}`,
        repair: { kind: "remove-container", id },
      })),
    ...owned.networks
      .filter(({ id }) => !known.has(id))
      .map(({ id, name }): Drift => ({
        address: undefined,
        words: `network ${name} ${cut}`,
        repair: { kind: "remove-network", id },
      })),
  ];
}
