import pc from "picocolors";
import { differences } from "../stack/differences.js";
import type { Plan, PlannedAction, PlannedChange } from "../terraform/plan.js";
import type { AwsNames } from "./resource-names.js";

/** A change as people read it. */
export interface AwsChange {
  readonly address: string;
  readonly part: string;
  readonly what: string;
  readonly action: PlannedAction;
  /** Whether something that is there goes, if only to come again. */
  readonly interrupts: boolean;
  /** What changes in it or why, a line each. */
  readonly details: readonly string[];
}

/**
 * A new one of these harms nothing: a job runs again, and a task definition of before stays for
 * going back.
 */
const harmless = ["terraform_data", "aws_ecs_task_definition"];

/** The changes of a plan, those that interrupt first. Nothing is told of what is only read. */
export function describeAwsPlan({ changes, details }: Plan, names: AwsNames): readonly AwsChange[] {
  const byAddress = new Map(details.resource_changes.map((change) => [change.address, change]));
  const described = changes
    .filter(({ action }) => action !== "read")
    .map((change): AwsChange => {
      const { address, action } = change;
      const found = differences(byAddress.get(address)).map(short);
      return {
        address,
        action,
        ...names.partsOf(address),
        interrupts: interrupts(change),
        details: action === "create" || action === "delete" ? [] : because(change, found),
      };
    });
  return described.toSorted((one, other) => rank(one) - rank(other));
}

const interrupts = ({ action, type }: PlannedChange): boolean =>
  action === "delete"
    ? type !== "terraform_data"
    : action === "replace" && !harmless.includes(type);

const rank = (change: AwsChange): number => (change.interrupts ? 0 : 1);

const because = ({ action, reason }: PlannedChange, found: readonly string[]): readonly string[] =>
  found.length === 0 && action === "replace" && reason !== undefined ? [reason] : found;

const widest = 140;
const short = (text: string): string =>
  text.length > widest ? `${text.slice(0, widest - 1)}…` : text;

const verbs: Readonly<Partial<Record<PlannedAction, string>>> = {
  create: pc.green("+ make"),
  update: pc.yellow("~ change"),
  replace: pc.yellow("+ make anew"),
  delete: "- forget",
  forget: "= keep, unused:",
};

const marks: Readonly<Partial<Record<PlannedAction, string>>> = {
  replace: pc.red("± REPLACE"),
  delete: pc.red("- DESTROY"),
};

const shownDetails = 6;

/** The list by parts: what is replaced or destroyed first, and marked. */
export function awsPlanLines(changes: readonly AwsChange[]): readonly string[] {
  if (changes.length === 0) return [];
  const lines = ["", `Planned: ${countWords(changes)}`];
  for (const part of new Set(changes.map((change) => change.part))) {
    lines.push(`  ${pc.bold(part)}`);
    for (const { action, what, details, interrupts: marked } of changes.filter(
      (change) => change.part === part,
    )) {
      lines.push(`    ${(marked ? marks[action] : verbs[action]) ?? action} ${what}`);
      lines.push(...details.slice(0, shownDetails).map((line) => `        ${pc.dim(line)}`));
      const more = details.length - shownDetails;
      if (more > 0) lines.push(`        and ${more} more`);
    }
  }
  return lines;
}

function countWords(changes: readonly AwsChange[]): string {
  const count = (which: (change: AwsChange) => boolean, word: string) => {
    const found = changes.filter(which).length;
    return found === 0 ? [] : [`${found} ${word}`];
  };
  return [
    ...count(({ action, interrupts: marked }) => marked && action === "delete", "destroyed"),
    ...count(({ action, interrupts: marked }) => marked && action === "replace", "replaced"),
    ...count(({ action }) => action === "update", "changed"),
    ...count(
      ({ action, interrupts: marked }) => !marked && ["create", "replace"].includes(action),
      "made",
    ),
    ...count(({ action, interrupts: marked }) => !marked && action === "delete", "forgotten"),
  ].join(", ");
}

/** What was changed or removed by somebody else, a line each. */
export function driftLines({ drift }: Plan, names: AwsNames): readonly string[] {
  const gone = drift.filter(({ action }) => action === "delete");
  if (gone.length === 0) return [];
  return [
    "",
    "Not as the last deploy left it:",
    ...gone.map(({ address }) => `  ${names.nameOf(address)} is gone`),
  ];
}
