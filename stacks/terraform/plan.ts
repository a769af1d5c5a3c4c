import { z } from "zod";
import type { Diagnostic, Summary } from "./messages.js";

const change = z.looseObject({
  actions: z.array(z.string()),
  before: z.unknown(),
  after: z.unknown(),
  /** `true` where the value is known after the apply only; the shape of `after`. */
  after_unknown: z.unknown(),
  /** `true` where a value is a secret; the shape of `before`. */
  before_sensitive: z.unknown(),
  /** The same for `after`. */
  after_sensitive: z.unknown(),
  /** Paths of the values that only a replacement can change. */
  replace_paths: z.array(z.array(z.union([z.string(), z.number()]))).optional(),
});

const resourceChange = z.looseObject({
  address: z.string(),
  previous_address: z.string().optional(),
  mode: z.string(),
  type: z.string(),
  name: z.string(),
  change,
  action_reason: z.string().optional(),
});

const outputChange = z.looseObject({ actions: z.array(z.string()) });

const planDetails = z.looseObject({
  resource_changes: z.array(resourceChange).default([]),
  /** What differs between the state and what really is there. */
  resource_drift: z.array(resourceChange).default([]),
  output_changes: z.record(z.string(), outputChange).default({}),
});

/** One resource of a plan, with its values before and after. They are not redacted. */
export type ResourceChange = z.infer<typeof resourceChange>;

/** A plan as `show -json` tells it. Values are not redacted: never print one unseen. */
export type PlanDetails = z.infer<typeof planDetails>;

/** What is done to a resource. `forget`: it leaves the state and goes on to be. */
export type PlannedAction =
  "create" | "update" | "replace" | "delete" | "read" | "forget" | "no-op";

/** A resource that a plan changes. */
export interface PlannedChange {
  readonly address: string;
  /** What people call it; without a name, the address. */
  readonly name: string;
  /** Such as `docker_container`. */
  readonly type: string;
  readonly action: PlannedAction;
  /** Why it is replaced, removed or read, in words, where Terraform says so. */
  readonly reason?: string;
}

/** What an apply would do. */
export interface Plan {
  /** Path of the plan file, for `apply`. It holds every value: mode 0600. */
  readonly file: string;
  /** Without those that stay as they are. */
  readonly changes: readonly PlannedChange[];
  /** What somebody else did since the last apply: `delete` is gone, `update` was changed. */
  readonly drift: readonly PlannedChange[];
  /** Names of outputs that change. */
  readonly outputs: readonly string[];
  readonly summary: Summary;
  readonly warnings: readonly Diagnostic[];
  readonly details: PlanDetails;
}

const reasons: Readonly<Record<string, string>> = {
  replace_because_tainted: "its creation did not finish",
  replace_because_cannot_update: "the change can't be made in place",
  replace_by_request: "as asked for",
  replace_by_triggers: "something it depends on is replaced",
  delete_because_no_resource_config: "it is no longer described",
  delete_because_no_module: "it is no longer described",
  delete_because_wrong_repetition: "it is no longer described",
  delete_because_count_index: "there are fewer of it",
  delete_because_each_key: "there are fewer of it",
  read_because_config_unknown: "it depends on values known after the apply",
  read_because_dependency_pending: "it depends on things that change",
};

/** The one word for Terraform's list of actions. */
function actionOf(actions: readonly string[]): PlannedAction {
  if (actions.includes("create") && actions.length > 1) return "replace";
  const [action = "no-op"] = actions;
  return action as PlannedAction;
}

/** What `show -json` of a plan file printed. @throws {Error} when that is no plan */
export const parsePlan = (text: string): PlanDetails => planDetails.parse(JSON.parse(text));

/** Resources that change, of those of a plan. */
export function changesOf(
  resources: readonly ResourceChange[],
  names: (address: string) => string,
): PlannedChange[] {
  return resources.flatMap(({ address, type, change: { actions }, action_reason: reason }) => {
    const action = actionOf(actions);
    if (action === "no-op") return [];
    const words =
      reason === undefined ? undefined : (reasons[reason] ?? reason.replaceAll("_", " "));
    return [{ address, name: names(address), type, action, ...(words && { reason: words }) }];
  });
}
