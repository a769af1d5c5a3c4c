import { join } from "node:path";
import type { Plan } from "../terraform/plan.js";
import type { State } from "../terraform/state.js";
import { checkHost, type HostCheck } from "./host-check.js";
import type { StackSession } from "./session.js";

/** What is there and what an apply would do. */
export interface Look extends HostCheck {
  readonly state: State | undefined;
  readonly plan: Plan;
}

/** Plan file of a stack. It holds no secrets: those are ephemeral. */
export const planFile = (out: string): string => join(out, "terraform", "plan.tfplan");

/**
 * Looks at state and host and plans. Changes nothing.
 *
 * @param targets - only these addresses and what they need
 */
export async function look(
  session: StackSession,
  signal: AbortSignal,
  targets: readonly string[] = [],
): Promise<Look> {
  const { terraform, settings } = session;
  const state = await terraform.state();
  const checked = await checkHost(session, state, signal);
  const replace = checked.drift.flatMap(({ address, repair }) =>
    address !== undefined && repair.kind === "replace" ? [address] : [],
  );
  const plan = await terraform.plan({ out: planFile(settings.out), replace, targets });
  return { ...checked, state, plan };
}
