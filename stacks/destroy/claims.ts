import { dataVolumes, volumeName } from "../../constructs/docker/names.js";
import { ConfigError, holdsData } from "../../constructs/mlflow/index.js";
import type { HostFacts } from "../host/facts.js";
import type { Inventory, Named } from "../host/inventory.js";
import { anotherFolders, isOwn, mayAdopt, type ByKind } from "../host/names.js";
import { ownerIn } from "../stack/expected.js";
import type { StackSession } from "../stack/session.js";
import type { State } from "../terraform/state.js";

/** What the host has under the name of a deployment, by whose it is. */
export interface Claims {
  readonly owner: string;
  /** Ours, and not in the state. */
  readonly volumes: readonly Named[];
  /** Another folder's. */
  readonly foreigners: readonly Named[];
  /** A sentence about those. */
  readonly foreign: string | undefined;
  /** Data volumes of the name that say not whose they are, and for which this folder has no proof. */
  readonly unproven: readonly Named[];
}

/** @param known - ids or names of what the state knows */
export function findClaims(
  { settings: { deployment }, generated, hostNames }: StackSession,
  state: State | undefined,
  known: ByKind,
  facts: HostFacts,
): Claims {
  const { name } = deployment;
  // Whoever lost .env has it in the state.
  const owner = ownerIn(state) ?? generated.owner;
  const isOurs = (kind: keyof Inventory) => (one: Named) =>
    isOwn(one, { deployment, owner }, known[kind]);
  const foreigners = (["containers", "networks", "volumes"] as const).flatMap((kind) =>
    (facts[kind] as readonly Named[]).filter(
      (one) => one.deployment === name && !isOurs(kind)(one),
    ),
  );
  const ownNames = new Set([
    ...hostNames.volumes,
    ...dataVolumes.map((one) => volumeName(name, one)),
  ]);
  const others = facts.volumes.filter((one) => !known.volumes.includes(one.name));
  const unmarked = others.filter(
    (one) => ownNames.has(one.name) && holdsData(one.name) && mayAdopt(one, name),
  );
  // The rule of deploy: only who has the secrets, and nobody beside another folder's.
  const proven = generated.mayAdopt && foreigners.length === 0;
  return {
    owner,
    volumes: [...others.filter(isOurs("volumes")), ...(proven ? unmarked : [])],
    foreigners,
    foreign: foreigners.length > 0 ? anotherFolders(foreigners, name, facts.title) : undefined,
    unproven: proven ? [] : unmarked,
  };
}

/** @throws {ConfigError} when data that is not this folder's shall go */
export function requireOurs(
  named: ReadonlySet<string>,
  { foreigners, unproven }: Claims,
  { title }: Pick<HostFacts, "title">,
): void {
  const path = "--delete-data";
  const refuse = (problem: string) => new ConfigError([{ path, problem }]);
  const others = foreigners.filter((one) => named.has(one.name));
  if (others[0]) {
    const whose = anotherFolders(others, others[0].deployment, title);
    throw refuse(`must be of this folder; ${whose}; nothing was touched`);
  }
  const unknown = unproven.filter((one) => named.has(one.name)).map((one) => one.name);
  if (unknown.length === 0) return;
  throw refuse(
    `must be of this folder; ${unknown.join(", ")} of ${title} says not whose it is, and this folder has not its secrets; nothing was touched; put its .env into the output folder`,
  );
}
