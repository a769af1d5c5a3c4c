import { cleanOf, describePlan, printPlan, printWarnings } from "../stack/plan-words.js";
import { describeHost, look, type Look } from "../stack/look.js";
import { initialise, withSession, type StackSession } from "../stack/session.js";
import type { StackOptions } from "../stack/settings.js";
import { Steps } from "../stack/steps.js";
import { selfCommand } from "../tools/self.js";

export interface PlanVerbOptions extends StackOptions {
  /** Exit with 1 when something would change. */
  readonly check?: boolean;
}

/**
 * `mlstack plan`: what `deploy` would do, and what is not as the last one left it.
 *
 * @returns the exit code: 0, or 1 when `--check` found a change
 */
export async function plan(
  stack: string,
  options: PlanVerbOptions,
  signal: AbortSignal,
): Promise<number> {
  const steps = new Steps();
  return withSession(stack, options, { signal, report: steps.report }, (session) =>
    planSession(session, steps, options, signal),
  );
}

async function planSession(
  session: StackSession,
  steps: Steps,
  options: PlanVerbOptions,
  signal: AbortSignal,
): Promise<number> {
  const { stack } = session.settings;
  let found: Look | undefined;
  await steps.run([
    { title: session.title, work: () => initialise(session) },
    {
      title: "Look at the host and plan",
      work: async () => describeHost((found = await look(session, signal))),
    },
  ]);
  if (!found) throw new Error("bug: planned without looking");
  const changes = describePlan(found.plan, found.drift, session.names);
  printWarnings(found.plan);
  if (!printPlan(changes, found.drift, cleanOf(session))) {
    console.log(`\n${stack}: nothing changes`);
    return 0;
  }
  console.log(`\nDo it:  ${selfCommand()} deploy ${stack}`);
  return options.check === true ? 1 : 0;
}
