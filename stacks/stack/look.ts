import { join } from "node:path";
import { isDeepStrictEqual } from "node:util";
import type { Plan } from "../terraform/plan.js";
import type { State } from "../terraform/state.js";
import { checkHost, type HostCheck } from "./host-check.js";
import type { StackSession } from "./session.js";

/** What is there and what an apply would do. */
export interface Look extends HostCheck {
  readonly state: State | undefined;
  readonly plan: Plan;
}

/** A host in a line. */
export const describeHost = ({ facts }: HostCheck): string =>
  `${facts.title}: Docker ${facts.engineVersion}, ${facts.cpus} processors, ${facts.architecture}`;

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
  const known = new Set(state?.resources.map(({ address }) => address));
  const replace = checked.drift.flatMap(({ address, repair }) => {
    if (address === undefined) return [];
    // `replace_triggered_by` does not count what is made because it was gone.
    const jobs = session.names.jobsOf(address).filter((job) => known.has(job));
    return repair.kind === "replace" ? [address, ...jobs] : jobs;
  });
  const plan = await terraform.plan({
    out: planFile(settings.out),
    replace: [...new Set(replace)],
    targets,
  });
  if (checked.drift.length > 0 && !isDeepStrictEqual(await terraform.state(), state)) {
    // Another run ended while this one waited for its lock, and what it made is none of ours to mend.
    return look(session, signal, targets);
  }
  return { ...checked, state, plan };
}
