import { roleLabel } from "../../constructs/docker/names.js";
import { holdsData } from "../../constructs/mlflow/index.js";
import type { Owned } from "../host/owned.js";
import { driftOfContainer, lostNetworks } from "./container-drift.js";
import type { Expected, ExpectedImage } from "./expected.js";
import type { Drift, Found } from "./found.js";

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
    ...expected.containers.flatMap((container) => driftOfContainer(container, found, roleOf)),
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
