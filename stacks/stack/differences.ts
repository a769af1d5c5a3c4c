import { ownerLabel, secretsLabel } from "../../constructs/docker/names.js";
import type { ResourceChange } from "../terraform/plan.js";

/** What the provider fills in, or what says nothing to people. */
const silent = /^(id|container_logs|exit_code|network_data|bridge|output|repo_digest)$/;

/** What changes in a resource, a line each, as people read it. */
export function differences(resource: ResourceChange | undefined): readonly string[] {
  const {
    before,
    after,
    after_unknown: unknown,
  } = (resource?.change ?? {}) as Record<string, Record<string, unknown> | undefined>;
  if (!before || !after) return [];
  // The provider takes a container that was stopped for one without ports.
  const stopped = before["must_run"] === false && after["must_run"] === true;
  return Object.keys({ ...before, ...after })
    .filter((key) => !silent.test(key) && unknown?.[key] !== true && !isEmpty(after[key]))
    .filter((key) => !(stopped && key === "ports" && isNothing(before[key])))
    .flatMap((key) => difference(key, before[key], after[key]));
}

const isNothing = (value: unknown): boolean =>
  isEmpty(value) || (Array.isArray(value) && value.length === 0);

const isEmpty = (value: unknown): boolean => value === null || value === undefined;

function difference(key: string, before: unknown, after: unknown): readonly string[] {
  if (JSON.stringify(before) === JSON.stringify(after)) return [];
  // How the provider says that it found a container stopped.
  if (key === "must_run") return ["start it again"];
  if (Array.isArray(before) && Array.isArray(after)) return listDifference(key, before, after);
  if (isRecord(before) && isRecord(after)) {
    return Object.keys(after).flatMap((name) =>
      // What a job runs is all that Terraform keeps of one.
      difference(
        key === "triggers_replace" ? (jobWords[name] ?? name) : `${key}.${name}`,
        before[name],
        after[name],
      ),
    );
  }
  return [`${key}: ${short(before)} -> ${short(after)}`];
}

const jobWords: Readonly<Record<string, string>> = { run: "its command" };

export const isRecord = (value: unknown): value is Record<string, unknown> =>
  value !== null && typeof value === "object" && !Array.isArray(value);

/** What it means that a label of ours has changed. */
const labelWords: Readonly<Record<string, string>> = {
  [secretsLabel]: "secrets that it reads have changed",
  [ownerLabel]: "it gets the mark of this folder (MLSTACK_OWNER)",
};

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
  for (const [label, words] of Object.entries(labelWords)) {
    if (![...come, ...gone].some((item) => item.includes(label))) continue;
    const rest = (list: readonly unknown[]) => list.filter((item) => !short(item).includes(label));
    return [words, ...listDifference(key, rest(before), rest(after))];
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
