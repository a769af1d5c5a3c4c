import pc from "picocolors";
import type { Plan, PlannedAction, PlannedChange, ResourceChange } from "../terraform/plan.js";
import type { Drift } from "./drift.js";
import { secretsLabel } from "../../constructs/docker/names.js";
import { redact } from "../tools/redact.js";
import type { ResourceNames } from "./resource-names.js";
import type { StackSession } from "./session.js";

/** Takes the stack's secrets out of a text. */
export const cleanOf =
  ({ generated }: StackSession) =>
  (text: string): string =>
    redact(text, generated.secrets);

/** A change as people read it. */
export interface DescribedChange {
  readonly address: string;
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
    .map((change) => ({
      address: change.address,
      name: names.jobs.includes(change.address) ? `${change.name} (job)` : change.name,
      action: change.action,
      details: detailsOf(change, byAddress.get(change.address)),
    }));
}

/** What changes in it; where nothing does, why it is replaced all the same. */
function detailsOf(
  { action, reason }: PlannedChange,
  resource: ResourceChange | undefined,
): readonly string[] {
  if (action === "create") return [];
  const found = differences(resource);
  if (resource?.type === "terraform_data" && resource.action_reason === "replace_because_tainted") {
    return ["its last run failed", ...found];
  }
  const tells = found.length === 0 && resource?.action_reason !== "replace_by_request";
  return tells && action === "replace" && reason !== undefined ? [reason] : found;
}

/** What would be replaced for nothing but its image, whose tag is set right before. */
function followsImage(
  { type, action }: PlannedChange,
  resource: ResourceChange | undefined,
  retagged: boolean,
): boolean {
  if (!retagged || action !== "replace") return false;
  const { replace_paths: paths = [], before, after } = resource?.change ?? {};
  if (type === "docker_container") return paths.every(([first]) => first === "image");
  const runOf = (job: unknown) =>
    isRecord(job) && isRecord(job["triggers_replace"]) ? job["triggers_replace"]["run"] : undefined;
  return (
    resource?.action_reason === "replace_because_cannot_update" &&
    JSON.stringify(runOf(before)) === JSON.stringify(runOf(after))
  );
}

/** What the provider fills in, or what says nothing to people. */
const silent = /^(id|container_logs|exit_code|network_data|bridge|output|repo_digest)$/;

function differences(resource: ResourceChange | undefined): readonly string[] {
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
  const [was, now] = [before, after].map((list) => new Set(list.map(shortItem))) as [
    Set<string>,
    Set<string>,
  ];
  const gone = [...was].filter((item) => !now.has(item));
  const come = [...now].filter((item) => !was.has(item));
  const nameOf = (item: string) => /^"?([A-Za-z_][\w.-]*)=/.exec(item)?.[1];
  if ([...come, ...gone].some((item) => item.includes(secretsLabel))) {
    const rest = (list: readonly unknown[]) =>
      list.filter((item) => !short(item).includes(secretsLabel));
    return [
      "secrets that it reads have changed",
      ...listDifference(key, rest(before), rest(after)),
    ];
  }
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

/** An item of a list, without what the provider fills in of itself: nothing, 0 and "". */
function shortItem(item: unknown): string {
  if (!isRecord(item)) return short(item);
  const filled = Object.entries(item).filter(
    ([, value]) => value && !(Array.isArray(value) && value.length === 0),
  );
  const { label, value, ...others } = Object.fromEntries(filled);
  if (typeof label === "string" && Object.keys(others).length === 0) {
    return `${label}=${String(value)}`;
  }
  return short(Object.fromEntries(filled));
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
  forget: "= keep, unused:",
  read: "  read",
};

const limit = 8;

/** Prints what Terraform warns of. */
export function printWarnings({ warnings }: Pick<Plan, "warnings">): void {
  for (const { summary, detail } of warnings)
    console.log(pc.yellow(`${summary}\n${detail}`.trim()));
}

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
