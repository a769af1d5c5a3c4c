import { volumeName } from "../../constructs/docker/names.js";
import { dataVolumesOf } from "./data-volumes.js";
import type { Drift } from "./found.js";
import type { Expected } from "./expected.js";

/**
 * Without a state nobody knows which data there was. Where some of it is there, the rest was: a
 * deploy makes all data volumes at once. A state that knows some tells a new one from a lost one.
 *
 * @param names - the volumes of the stack, by their names on the host
 * @param volumes - those that the host has
 */
export function lostWithState(
  { volumes: known }: Pick<Expected, "volumes">,
  name: string,
  names: readonly string[],
  volumes: ReadonlySet<string>,
): readonly Drift[] {
  const all = dataVolumesOf({ name, volumes: names });
  const isThere = (volume: (typeof all)[number]) => volumes.has(volumeName(name, volume));
  const there = all.filter(isThere).map((volume) => volumeName(name, volume));
  const isKnown = known.some((volume) => all.some((one) => volumeName(name, one) === volume.name));
  if (isKnown || there.length === 0) return [];
  return all
    .filter((volume) => !isThere(volume))
    .map((volume) => ({
      address: undefined,
      words: `volume ${volume}: ${volumeName(name, volume)} is not there, and ${there.join(" and ")} of the same deployment ${there.length === 1 ? "is" : "are"}`,
      repair: { kind: "lost-data", volume: volumeName(name, volume), readers: [] },
    }));
}
