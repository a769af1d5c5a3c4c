import { writeFolder } from "../generate/folder.js";
import { ownVolumes, requireDataVolumes } from "../stack/data-volumes.js";
import type { Drift } from "../stack/found.js";
import { describeHost, look, type Look } from "../stack/look.js";
import {
  cleanOf,
  describePlan,
  printPlan,
  printWarnings,
  type DescribedChange,
} from "../stack/plan-words.js";
import { printNotes, recordProven } from "../stack/notes.js";
import { initialise, withSession, type StackSession } from "../stack/session.js";
import type { StackOptions } from "../stack/settings.js";
import { Steps } from "../stack/steps.js";
import { confirmed } from "../tools/confirm.js";
import { writeDeployed } from "../tools/deployed-record.js";
import { unlessAborted } from "../up/unless-aborted.js";
import { applySteps, interrupts } from "./apply.js";
import { prove, type Proof } from "./prove.js";
import { requireData } from "./repair.js";
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
  return withSession(stack, options, { signal, report: steps.report }, (session) =>
    deploySession(session, steps, options, signal),
  );
}

async function deploySession(
  session: StackSession,
  steps: Steps,
  options: DeployOptions,
  signal: AbortSignal,
): Promise<number> {
  const empty = requireDataVolumes("--new-volume", options.newVolume ?? [], ownVolumes(session));
  let found = undefined as Look | undefined;
  await steps.run([
    { title: session.title, work: () => initialise(session) },
    {
      title: "Look at the host and plan",
      work: async () => {
        found = await look(session, signal);
        requireData(found.drift, empty);
        return describeHost(found);
      },
    },
  ]);
  if (!found) throw new Error("bug: planned without looking");
  const changes = describePlan(found, session.names);
  // Of a first one there is nothing to tell, but that it goes on with what is there.
  const first =
    found.expected.containers.length === 0 && !changes.some(({ action }) => action === "adopt");
  printWarnings(found.plan);
  printNotes(session);
  printPlan(first ? [] : changes, found.drift, cleanOf(session));
  if (!(await agreed(changes, found.drift, options))) return 1;

  writeFolder(session.settings.out, session.generated);
  let proof: Proof | undefined;
  const changed = changes.length + found.drift.length + found.plan.outputs.length > 0;
  if (changed) recordPlace(session, found);
  await steps.run([
    ...(changed ? applySteps(session, found, changes, signal) : []),
    {
      title: "Prove it as a client: a run, a metric, a file up and down",
      work: async () => void (proof = await unlessAborted(prove(session), signal)),
    },
  ]);
  if (!proof) throw new Error("bug: ended without a proof");
  recordProven(session);
  printReport(session, describeHost(found), proof);
  return proof.kind === "unreachable" ? 1 : 0;
}

/** From here on things are made. */
function recordPlace({ settings, generated }: StackSession, { facts }: Look): void {
  const { out, host, deployment } = settings;
  writeDeployed(out, {
    owner: generated.owner,
    host: host.url ?? "",
    engine: facts.engineId,
    name: deployment.name,
    secrets: Object.keys(generated.secrets),
  });
}

/** Whether to go on: asked only where something that is there is replaced or removed. */
async function agreed(
  changes: readonly DescribedChange[],
  drift: readonly Drift[],
  options: DeployOptions,
): Promise<boolean> {
  const names = [
    ...changes
      .filter((change) => interrupts(change) && !/\(job\)$/.test(change.name))
      .map(({ name }) => name),
    ...drift
      .filter(({ repair }) => repair.kind === "remove-container")
      .map(({ words }) => words.split(":")[0]),
  ].join(", ");
  if (names === "") return true;
  const problem = `must be given where nobody can be asked, because this replaces or removes: ${names}`;
  const answer = await confirmed(`Replace or remove ${names}?`, options, {
    path: "--yes",
    problem,
  });
  if (!answer) console.log("Nothing was changed.");
  return answer;
}
