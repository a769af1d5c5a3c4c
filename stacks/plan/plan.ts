import { stackCommand } from "../stack/command-line.js";
import type { Drift } from "../stack/found.js";
import { printNotes } from "../stack/notes.js";
import { cleanOf, describePlan, printPlan, printWarnings } from "../stack/plan-words.js";
import { describeHost, look, type Look } from "../stack/look.js";
import { initialise, withSession, type StackSession } from "../stack/session.js";
import type { StackOptions } from "../stack/settings.js";
import { Steps } from "../stack/steps.js";

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
  const { report } = steps;
  return withSession(stack, options, { signal, report, isTrial: true }, (session) =>
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
  const changes = describePlan(found, session.names);
  printWarnings(found.plan);
  printNotes(session);
  if (!printPlan(changes, found.drift, cleanOf(session))) {
    console.log(`\n${stack}: nothing changes`);
    return 0;
  }
  printCommand(stack, options, found.drift);
  return options.check === true ? 1 : 0;
}

/** What to type next: the whole line, since a plan keeps no flag. */
function printCommand(stack: string, options: StackOptions, drift: readonly Drift[]): void {
  const lost = drift.flatMap(({ repair }) => (repair.kind === "lost-data" ? [repair.volume] : []));
  const command = stackCommand(
    "deploy",
    stack,
    options,
    lost.flatMap((volume) => ["--new-volume", volume]),
  );
  if (lost.length === 0) return console.log(`\nDo it:  ${command}`);
  console.log(`\nDeploy refuses this as it is: data is gone. Restore ${lost.join(" and ")} first;`);
  console.log(`or, to begin with nothing in place of it:  ${command}`);
}
