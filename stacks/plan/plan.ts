import { Listr } from "listr2";
import { describePlan, printPlan } from "../stack/plan-words.js";
import { look, type Look } from "../stack/look.js";
import { initialise, openSession, type StackSession } from "../stack/session.js";
import type { StackOptions } from "../stack/settings.js";
import { redact } from "../tools/redact.js";
import { selfCommand } from "../tools/self.js";
import { stepOptions } from "../up/steps.js";

export interface PlanVerbOptions extends StackOptions {
  /** Exit with 1 when something would change. */
  readonly check?: boolean;
}

interface Context {
  session: StackSession;
  look: Look;
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
  const context = {} as Context;
  let report: (line: string) => void = () => undefined;
  context.session = await openSession(stack, options, {
    signal,
    report: (line) => report(line),
  });
  const { session } = context;
  await new Listr<Context>(
    [
      {
        title: session.title,
        task: async (_, task) => void (task.title = await initialise(session)),
      },
      {
        title: "Look at the host and plan",
        task: async (found, task) => {
          report = (line) => (task.output = line);
          found.look = await look(session, signal);
          task.title = `${found.look.facts.title}: Docker ${found.look.facts.engineVersion}`;
        },
      },
    ],
    { ctx: context, ...stepOptions },
  ).run();
  const changes = describePlan(context.look.plan, context.look.drift, session.names);
  const clean = (text: string) => redact(text, session.generated.secrets);
  const differs = printPlan(changes, context.look.drift, clean);
  if (!differs) {
    console.log(`\n${stack}: nothing changes`);
    return 0;
  }
  console.log(`\nDo it:  ${selfCommand()} deploy ${stack}`);
  return options.check === true ? 1 : 0;
}
