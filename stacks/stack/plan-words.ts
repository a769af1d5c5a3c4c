import pc from "picocolors";
import type { Plan, PlannedAction, PlannedChange, ResourceChange } from "../terraform/plan.js";
import type { Drift } from "./drift.js";
import type { ResourceNames } from "./resource-names.js";

/** A change as people read it. */
export interface DescribedChange {
  readonly name: string;
  readonly action: PlannedAction;
  /** What changes in it, a line each. */
  readonly details: readonly string[];
}

/** Changes that are no consequence of something `deploy` sets right before it applies. */
export function describePlan(
  { changes, details }: Plan,
  drift: readonly Drift[],
  names: ResourceNames,
): readonly DescribedChange[] {
  const retagged = new Set(
    drift.flatMap(({ address, repair }) => (address && repair.kind === "tag" ? [address] : [])),
  );
  const byAddress = new Map(details.resource_changes.map((change) => [change.address, change]));
  return changes
    .filter(({ address }) => !retagged.has(address))
    .filter((change) => !followsImage(change, byAddress.get(change.address), retagged.size > 0))
    .map(({ address, name, action }) => ({
      name: names.jobs.includes(address) ? `${name} (job)` : name,
      action,
      details: action === "create" ? [] : detailsOf(byAddress.get(address)),
    }));
}

/** A container that would be replaced for nothing but its image, whose tag is set right before. */
const followsImage = (
  { type, action }: PlannedChange,
  resource: ResourceChange | undefined,
  retagged: boolean,
): boolean =>
  retagged &&
  type === "docker_container" &&
  action === "replace" &&
  (resource?.change.replace_paths ?? []).every(([first]) => first === "image");

/** What the provider fills in, or what says nothing to people. */
const silent = /^(id|container_logs|exit_code|network_data|bridge|output|repo_digest)$/;

function detailsOf(resource: ResourceChange | undefined): readonly string[] {
  const {
    before,
    after,
    after_unknown: unknown,
  } = (resource?.change ?? {}) as Record<string, Record<string, unknown> | undefined>;
  if (!before || !after) return [];
  return Object.keys({ ...before, ...after })
    .filter((key) => !silent.test(key) && unknown?.[key] !== true && !isEmpty(after[key]))
    .flatMap((key) => difference(key, before[key], after[key]));
}

const isEmpty = (value: unknown): boolean => value === null || value === undefined;

function difference(key: string, before: unknown, after: unknown): readonly string[] {
  if (JSON.stringify(before) === JSON.stringify(after)) return [];
  // How the provider says that it found a container stopped.
  if (key === "must_run") return ["start it again"];
  if (Array.isArray(before) && Array.isArray(after)) return listDifference(key, before, after);
  if (isRecord(before) && isRecord(after)) {
    return Object.keys(after).flatMap((name) =>
      difference(`${key}.${name}`, before[name], after[name]),
    );
  }
  return [`${key}: ${short(before)} -> ${short(after)}`];
}

const isRecord = (value: unknown): value is Record<string, unknown> =>
  value !== null && typeof value === "object" && !Array.isArray(value);

/** Of a list only what comes and goes; `NAME=a` and `NAME=b` are one line. */
function listDifference(
  key: string,
  before: readonly unknown[],
  after: readonly unknown[],
): readonly string[] {
  const [was, now] = [before, after].map((list) => new Set(list.map(short))) as [
    Set<string>,
    Set<string>,
  ];
  const gone = [...was].filter((item) => !now.has(item));
  const come = [...now].filter((item) => !was.has(item));
  const nameOf = (item: string) => /^"?([A-Za-z_][\w.-]*)=/.exec(item)?.[1];
  return [
    ...come.map((item) => {
      const twin = gone.find(
        (other) => nameOf(item) !== undefined && nameOf(other) === nameOf(item),
      );
      return twin === undefined ? `${key}: + ${item}` : `${key}: ${twin} -> ${item}`;
    }),
    ...gone
      .filter(
        (item) =>
          !come.some((other) => nameOf(item) !== undefined && nameOf(other) === nameOf(item)),
      )
      .map((item) => `${key}: - ${item}`),
  ];
}

const short = (value: unknown): string => {
  const text = JSON.stringify(value) ?? "nothing";
  return text.length > 100 ? `${text.slice(0, 97)}…` : text;
};

const signs: Readonly<Partial<Record<PlannedAction, string>>> = {
  create: pc.green("+ make"),
  update: pc.yellow("~ change"),
  replace: pc.yellow("± replace"),
  delete: pc.red("- remove"),
  forget: "  forget",
  read: "  read",
};

const limit = 8;

/** Prints what is not as it was left, and what would change. @returns whether anything would */
export function printPlan(
  changes: readonly DescribedChange[],
  drift: readonly Drift[],
  clean: (text: string) => string,
): boolean {
  if (drift.length > 0) {
    console.log("\nNot as the last deploy left it:");
    for (const { words } of drift) console.log(`  ${clean(words)}`);
  }
  if (changes.length > 0) console.log("\nPlanned:");
  for (const { name, action, details } of changes) {
    console.log(`  ${signs[action] ?? action} ${name}`);
    for (const line of details.slice(0, limit)) console.log(`      ${pc.dim(clean(line))}`);
    if (details.length > limit) console.log(`      and ${details.length - limit} more`);
  }
  return changes.length > 0 || drift.length > 0;
}
