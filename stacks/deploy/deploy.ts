import { confirm, isCancel } from "@clack/prompts";
import { Listr } from "listr2";
import { ConfigError } from "../../constructs/mlflow/index.js";
import { writeFolder } from "../generate/folder.js";
import { describePlan, printPlan, type DescribedChange } from "../stack/plan-words.js";
import { look, type Look } from "../stack/look.js";
import { initialise, openSession, type StackSession } from "../stack/session.js";
import type { StackOptions } from "../stack/settings.js";
import { writeDeployed } from "../tools/deployed-record.js";
import { redact } from "../tools/redact.js";
import { stepOptions } from "../up/steps.js";
import { unlessAborted } from "../up/unless-aborted.js";
import { plannedJobs, runJobsFirst, serves } from "./apply.js";
import { prove, type Proof } from "./prove.js";
import { repairHost, requireData } from "./repair.js";
import { printReport } from "./report.js";

export interface DeployOptions extends StackOptions {
  readonly yes?: boolean;
  /** Data volumes whose data is gone, and that may begin empty. */
  readonly newVolume?: readonly string[];
}

interface Context {
  look: Look;
  proof: Proof;
}

/**
 * `mlstack deploy`: checks the host, plans, asks where something that runs is replaced, applies and
 * proves. Running it again changes what changed.
 */
export async function deploy(
  stack: string,
  options: DeployOptions,
  signal: AbortSignal,
): Promise<number> {
  let report: (line: string) => void = () => undefined;
  const session = await openSession(stack, options, { signal, report: (line) => report(line) });
  const context = {} as Context;
  const step = (title: string, work: (found: Context) => Promise<string | void>) => ({
    title,
    task: async (found: Context, task: { title: string; output: string }) => {
      report = (line) => (task.output = line);
      task.title = (await work(found)) ?? task.title;
    },
  });
  const run = (steps: ReturnType<typeof step>[]) =>
    new Listr<Context>(steps, { ctx: context, ...stepOptions }).run();

  await run([
    step(session.title, () => initialise(session)),
    step("Look at the host and plan", async (found) => {
      found.look = await look(session, signal);
      requireData(found.look.drift, options.newVolume ?? []);
      return describeHost(found.look);
    }),
  ]);
  const changes = describePlan(context.look.plan, context.look.drift, session.names);
  const first = context.look.expected.containers.length === 0;
  if (!first) printPlan(changes, context.look.drift, cleanOf(session));
  if (!(await agreed(changes, options))) return 1;

  writeFolder(session.settings.out, session.generated);
  await run([
    ...(changes.length > 0 || context.look.drift.length > 0
      ? applySteps(session, step, signal)
      : []),
    step("Prove it as a client: a run, a metric, a file up and down", async (found) => {
      found.proof = await unlessAborted(prove(session), signal);
    }),
  ]);
  printReport(session, describeHost(context.look), context.proof);
  return 0;
}

const cleanOf =
  ({ generated }: StackSession) =>
  (text: string) =>
    redact(text, generated.secrets);

const describeHost = ({ facts }: Look): string =>
  `${facts.title}: Docker ${facts.engineVersion}, ${facts.cpus} processors, ${facts.architecture}`;

type Step<T> = (title: string, work: (found: Context) => Promise<string | void>) => T;

function applySteps<T>(session: StackSession, step: Step<T>, signal: AbortSignal): T[] {
  const { settings, generated, terraform } = session;
  return [
    step("Jobs, while the server goes on", async (found) => {
      writeDeployed(settings.out, {
        host: settings.host.url ?? "",
        secrets: generated.secrets ? Object.keys(generated.secrets) : [],
      });
      await repairHost(settings.host, found.look.drift);
      const jobs = plannedJobs(found.look.plan, session);
      if (jobs.length === 0 || !serves(found.look, session)) return "Jobs: with the rest";
      await runJobsFirst(session, jobs, signal);
      return `Jobs: ${jobs.map(session.names.nameOf).join(", ")}`;
    }),
    step("Apply", async (found) => {
      found.look = await look(session, signal);
      const { plan } = found.look;
      if (plan.changes.length + plan.outputs.length === 0) return "Apply: nothing is left to do";
      const { summary } = await terraform.apply(plan.file);
      return `Apply: ${summary.add} made, ${summary.change} changed, ${summary.remove} removed`;
    }),
  ];
}

/** Whether to go on: asked only where something that is there is replaced or removed. */
async function agreed(
  changes: readonly DescribedChange[],
  { yes = false }: DeployOptions,
): Promise<boolean> {
  const ends = changes.filter(
    ({ action, name }) => isInterruption(action) && !/\(job\)$/.test(name),
  );
  if (ends.length === 0 || yes) return true;
  const names = ends.map(({ name }) => name).join(", ");
  if (!process.stdin.isTTY) {
    const problem = `must be given where nobody can be asked, because this replaces or removes: ${names}`;
    throw new ConfigError([{ path: "--yes", problem }]);
  }
  const answer = await confirm({ message: `Replace or remove ${names}? Data stays.` });
  return answer === true && !isCancel(answer);
}

const isInterruption = (action: DescribedChange["action"]): boolean =>
  action === "replace" || action === "delete";
