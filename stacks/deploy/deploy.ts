import { confirm, isCancel } from "@clack/prompts";
import { ConfigError } from "../../constructs/mlflow/index.js";
import { writeFolder } from "../generate/folder.js";
import { describeHost, look, type Look } from "../stack/look.js";
import { cleanOf, describePlan, printPlan, type DescribedChange } from "../stack/plan-words.js";
import { initialise, openSession, type StackSession } from "../stack/session.js";
import type { StackOptions } from "../stack/settings.js";
import { Steps, type Step } from "../stack/steps.js";
import type { Plan, PlannedChange } from "../terraform/plan.js";
import { writeDeployed } from "../tools/deployed-record.js";
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

/**
 * `mlstack deploy`: checks the host, plans, asks where something that runs is replaced, applies and
 * proves. Running it again changes what changed.
 */
export async function deploy(
  stack: string,
  options: DeployOptions,
  signal: AbortSignal,
): Promise<number> {
  const steps = new Steps();
  const session = await openSession(stack, options, { signal, report: steps.report });
  let found = undefined as Look | undefined;
  await steps.run([
    { title: session.title, work: () => initialise(session) },
    {
      title: "Look at the host and plan",
      work: async () => {
        found = await look(session, signal);
        requireData(found.drift, options.newVolume ?? []);
        return describeHost(found);
      },
    },
  ]);
  if (!found) throw new Error("bug: planned without looking");
  const changes = describePlan(found.plan, found.drift, session.names);
  const first = found.expected.containers.length === 0;
  if (!first) printPlan(changes, found.drift, cleanOf(session));
  if (!(await agreed(changes, options))) return 1;

  writeFolder(session.settings.out, session.generated);
  let proof: Proof | undefined;
  const changed = changes.length + found.drift.length + found.plan.outputs.length > 0;
  await steps.run([
    ...(changed ? applySteps(session, found, changes, signal) : []),
    {
      title: "Prove it as a client: a run, a metric, a file up and down",
      work: async () => void (proof = await unlessAborted(prove(session), signal)),
    },
  ]);
  if (proof) printReport(session, describeHost(found), proof);
  return 0;
}

function applySteps(
  session: StackSession,
  found: Look,
  shown: readonly DescribedChange[],
  signal: AbortSignal,
): readonly Step[] {
  const { settings, generated, terraform, names } = session;
  return [
    {
      title: "Jobs, while the server goes on",
      work: async () => {
        const secrets = Object.keys(generated.secrets);
        writeDeployed(settings.out, { host: settings.host.url ?? "", secrets });
        await repairHost(settings.host, found.drift);
        const jobs = plannedJobs(found.plan, session);
        if (jobs.length === 0 || !serves(found, session)) return "Jobs: with the rest";
        const ran = await runJobsFirst(session, jobs, signal);
        return `Jobs: ${ran.map(names.nameOf).join(", ") || "none has to run"}`;
      },
    },
    {
      title: "Apply",
      work: async () => {
        const { plan } = await look(session, signal);
        requireShown(plan, shown);
        if (plan.changes.length + plan.outputs.length === 0) return "Apply: nothing is left to do";
        const { summary } = await terraform.apply(plan.file);
        return `Apply: ${summary.add} made, ${summary.change} changed, ${summary.remove} removed`;
      },
    },
  ];
}

/** Nothing is replaced or removed that was not shown before. */
function requireShown({ changes }: Plan, shown: readonly DescribedChange[]): void {
  const known = new Set(shown.filter(interrupts).map(({ address }) => address));
  const others = changes.filter((change) => interrupts(change) && !known.has(change.address));
  if (others.length === 0) return;
  const names = others.map(({ name }) => name).join(", ");
  throw new Error(
    `the host has changed since the plan was shown: ${names} would be replaced or removed too; run the same command again`,
  );
}

/** Whether to go on: asked only where something that is there is replaced or removed. */
async function agreed(
  changes: readonly DescribedChange[],
  { yes = false }: DeployOptions,
): Promise<boolean> {
  const ends = changes.filter((change) => interrupts(change) && !/\(job\)$/.test(change.name));
  if (ends.length === 0 || yes) return true;
  const names = ends.map(({ name }) => name).join(", ");
  if (!process.stdin.isTTY) {
    const problem = `must be given where nobody can be asked, because this replaces or removes: ${names}`;
    throw new ConfigError([{ path: "--yes", problem }]);
  }
  const answer = await confirm({ message: `Replace or remove ${names}? Data stays.` });
  return answer === true && !isCancel(answer);
}

const interrupts = ({ action }: Pick<PlannedChange, "action">): boolean =>
  action === "replace" || action === "delete";
