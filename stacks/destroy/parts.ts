import { holdsData } from "../../constructs/mlflow/index.js";
import type { HostFacts } from "../host/facts.js";
import { listOwned } from "../host/owned.js";
import { requireDataVolumes } from "../stack/data-volumes.js";
import { findDrift } from "../stack/drift.js";
import { knownBy, readExpected } from "../stack/expected.js";
import type { Drift } from "../stack/found.js";
import type { StackSession } from "../stack/session.js";
import type { State, StateResource } from "../terraform/state.js";
import { findClaims, requireOurs } from "./claims.js";

/** What goes and what stays, in the state and on the host without it. */
export interface Parts {
  /** Addresses of the state. */
  readonly gone: readonly string[];
  readonly kept: readonly string[];
  /** What the state does not know: of a deploy that was cut off, or all where the state is lost. */
  readonly strangers: readonly Drift[];
  /** Data volumes that the state does not know and that stay, by their own names. */
  readonly left: readonly string[];
  /** Data that goes, as people call it. */
  readonly data: readonly string[];
  /** A sentence about what has our name and is another folder's. */
  readonly foreign: string | undefined;
}

/**
 * @param asked - data volumes to destroy as well
 * @throws {ConfigError} for one that is not this folder's to destroy
 */
export async function findParts(
  session: StackSession,
  state: State | undefined,
  facts: HostFacts,
  asked: readonly string[],
  signal: AbortSignal,
): Promise<Parts> {
  const { settings, names, hostNames } = session;
  const { deployment, host } = settings;
  const { name } = deployment;
  const expected = readExpected(state);
  const known = knownBy(expected);
  const claims = findClaims(session, state, known, facts);
  const { owner, foreign, volumes } = claims;
  const all = [...hostNames.volumes, ...volumes.map((one) => one.name)];
  const named = requireDataVolumes("--delete-data", asked, { name, volumes: all });
  requireOurs(named, claims, facts);
  const stays = (volume: string): boolean => holdsData(volume) && !named.has(volume);
  const shortName = (volume: string): string => `volume ${volume.slice(name.length + 1)}`;

  const owned = await listOwned(host, { name, owner, known: Object.values(known).flat() }, signal);
  const nothing = { volumes: new Set<string>(), imageOf: new Map(), imageIds: new Set<string>() };
  // Networks in use can't be removed, nor the network of a name that is there twice.
  const drift = findDrift(
    { ...expected, images: [], volumes: [] },
    { owned, owner, ...nothing },
    names.nameOf,
  ).filter(({ repair }) => repair.kind.startsWith("remove-"));
  const unwanted = volumes.filter((one) => !stays(one.name));
  const divided = divide(state, stays);
  return {
    ...divided,
    strangers: [...drift, ...unwanted.map((one) => removalOf(one.name))],
    left: volumes.filter((one) => stays(one.name)).map((one) => shortName(one.name)),
    data: [
      ...divided.gone.filter((address) => names.dataVolumes.includes(address)).map(names.nameOf),
      ...unwanted.filter((one) => holdsData(one.name)).map((one) => shortName(one.name)),
    ],
    foreign,
  };
}

/** Of the state. */
function divide(
  state: State | undefined,
  stays: (volume: string) => boolean,
): Pick<Parts, "gone" | "kept"> {
  const all = state?.resources ?? [];
  const isKept = ({ type, values }: StateResource) =>
    type === "docker_volume" && stays(String(values["name"]));
  return {
    kept: all.filter(isKept).map(({ address }) => address),
    gone: all.filter((resource) => !isKept(resource)).map(({ address }) => address),
  };
}

const removalOf = (name: string): Drift => ({
  address: undefined,
  words: `volume ${name} is to go`,
  repair: { kind: "remove-volume", name },
});
