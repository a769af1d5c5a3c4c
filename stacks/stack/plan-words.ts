import pc from "picocolors";
import { holdsData } from "../../constructs/mlflow/index.js";
import type { PlannedAction, PlannedChange, Plan, ResourceChange } from "../terraform/plan.js";
import { redact } from "../tools/redact.js";
import { differences, isRecord } from "./differences.js";
import type { Drift } from "./found.js";
import type { Look } from "./look.js";
import type { ResourceNames } from "./resource-names.js";
import type { StackSession } from "./session.js";

/** Takes the stack's secrets out of a text. */
export const cleanOf =
  ({ generated }: StackSession) =>
  (text: string): string =>
    redact(text, generated.secrets);

/** `adopt`: Terraform makes a volume that is there already, which leaves it as it is. */
export type DescribedAction = PlannedAction | "adopt";

/** A change as people read it. */
export interface DescribedChange {
  readonly address: string;
  readonly name: string;
  readonly action: DescribedAction;
  /** What changes in it, a line each. */
  readonly details: readonly string[];
}

/** Changes that are no consequence of something `deploy` sets right before it applies. */
export function describePlan(
  { plan: { changes, details }, drift, facts }: Pick<Look, "plan" | "drift" | "facts">,
  names: ResourceNames,
): readonly DescribedChange[] {
  const retagged = new Set(
    drift.flatMap(({ address, repair }) => (address && repair.kind === "tag" ? [address] : [])),
  );
  const byAddress = new Map(details.resource_changes.map((change) => [change.address, change]));
  const there = new Set(facts.volumes.map(({ name }) => name));
  const goesOn = details.resource_changes.some((resource) => {
    const volume = volumeIn(resource);
    return volume !== undefined && holdsData(volume) && there.has(volume);
  });
  return changes
    .filter(({ address }) => !retagged.has(address))
    .filter((change) => !followsImage(change, byAddress.get(change.address), retagged.size > 0))
    .map((change) => {
      const resource = byAddress.get(change.address);
      const name = names.jobs.includes(change.address) ? `${change.name} (job)` : change.name;
      const details = detailsOf(change, resource);
      const made = change.action === "create" ? volumeIn(resource) : undefined;
      const { address, action } = change;
      if (made === undefined) return { address, name, action, details };
      if (there.has(made)) {
        return { address, name: `${name} (it is there)`, action: "adopt", details };
      }
      const isEmptied = goesOn && holdsData(made);
      return { address, name: isEmptied ? `${name} (empty)` : name, action, details };
    });
}

/** Name on the host of a volume that is made. */
function volumeIn(resource: ResourceChange | undefined): string | undefined {
  const after = resource?.type === "docker_volume" ? resource.change.after : undefined;
  return isRecord(after) && typeof after["name"] === "string" ? after["name"] : undefined;
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

const signs: Readonly<Partial<Record<DescribedAction, string>>> = {
  adopt: "= go on with",
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
