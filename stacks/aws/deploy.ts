import { join } from "node:path";
import { priceOf } from "../../constructs/aws/price.js";
import { totalWords } from "../../constructs/aws/price-words.js";
import { settingsFileName } from "../settings.js";
import { printWarnings } from "../stack/plan-words.js";
import { Steps, type Step } from "../stack/steps.js";
import { confirmed } from "../tools/confirm.js";
import { writeFileAtomically } from "../tools/files.js";
import { unlessAborted } from "../up/unless-aborted.js";
import { writeClientFiles } from "./client-files.js";
import { halfMade } from "./half-made.js";
import { requireImageBuilder } from "./image-builder.js";
import { requireKept } from "./kept.js";
import { lostData, requireNamedLosses } from "./lost.js";
import type { AwsOptions } from "./options.js";
import { readAwsOutputs, type AwsOutputValues } from "./outputs.js";
import { lookAtAws, priceLines, type AwsLook } from "./plan.js";
import { awsPlanLines, driftLines, type AwsChange } from "./plan-words.js";
import { priceChange } from "./price-change.js";
import { proveAws, type AwsProof } from "./prove.js";
import { printAwsReport } from "./report.js";
import { withAwsSession, type AwsSession } from "./session.js";

export interface AwsDeployOptions extends AwsOptions {
  readonly yes?: boolean;
  /** Data that is gone, or not there yet, and may begin empty: `database`. */
  readonly newVolume?: readonly string[];
}

/**
 * `mlstack deploy aws`: plans, asks before money is spent for the first time and before something
 * that is there goes, applies, and says how to get in. Running it again changes what changed.
 */
export async function deployAws(
  _stack: string,
  options: AwsDeployOptions,
  signal: AbortSignal,
): Promise<number> {
  const steps = new Steps();
  return withAwsSession(options, { signal, report: steps.report }, (session) =>
    deploySession(session, steps, options, signal),
  );
}

async function deploySession(
  session: AwsSession,
  steps: Steps,
  options: AwsDeployOptions,
  signal: AbortSignal,
): Promise<number> {
  const { terraform, settings, names } = session;
  const { newVolume = [], yes: _, ...given } = options;
  const look = await lookAtAws(session, steps, given);
  const { plan, changes, state } = look;
  const first = !state?.resources.some(({ mode }) => mode === "managed");
  const price = first ? priceLines(session).join("\n") : priceChange(settings, given);
  if (price !== undefined) console.log(`\n${price}`);
  printWarnings(plan);
  console.log([...driftLines(plan, names), ...awsPlanLines(changes)].join("\n"));
  requireKept(look, settings, names, given);
  requireNamedLosses(lostData(look, names), newVolume, given);
  if (session.imageTag !== undefined) {
    await requireImageBuilder(changes, settings, session.imageTag);
  }
  if (!(await agreed(session, changes, first, options))) {
    console.log("Nothing was changed.");
    return 1;
  }
  const { out, keep } = settings;
  if (keep) writeFileAtomically(join(out, settingsFileName), keep.text, 0o600);

  let values: AwsOutputValues | undefined;
  let proof: AwsProof | undefined;
  await steps.run([
    ...applyStep(session, look, (error) =>
      first
        ? halfMade(error, totalWords(priceOf(settings.target, settings.deployment)), given)
        : error,
    ),
    {
      title: "Read what it gives out",
      work: async () => void (values = await readAwsOutputs(terraform)),
    },
    {
      title: "Prove it as a client",
      work: async () => {
        if (!values) throw new Error("bug: applied without outputs");
        writeClientFiles(settings, values);
        proof = await unlessAborted(proveAws(settings, values, steps.report, signal), signal);
        return proof.kind === "inside" ? "Prove it as a client: not from here" : undefined;
      },
    },
  ]);
  if (!values || !proof) throw new Error("bug: ended without a proof");
  printAwsReport(settings, values, proof, first);
  return proof.kind === "not-proven" ? 1 : 0;
}

/** @param explain - what to say of a failure */
function applyStep(
  { terraform }: AwsSession,
  { plan, changes }: AwsLook,
  explain: (error: unknown) => unknown,
): readonly Step[] {
  if (changes.length + plan.outputs.length === 0) return [];
  return [
    {
      title: "Apply",
      work: async () => {
        const { summary } = await terraform.apply(plan.file).catch((error: unknown) => {
          throw explain(error);
        });
        return `Apply: ${summary.add} made, ${summary.change} changed, ${summary.remove} removed`;
      },
    },
  ];
}

/** Whether to go on: asked once for the price, and wherever something that is there goes. */
async function agreed(
  { settings: { target, deployment } }: AwsSession,
  changes: readonly AwsChange[],
  first: boolean,
  options: AwsDeployOptions,
): Promise<boolean> {
  const gone = changes.filter(({ interrupts }) => interrupts);
  const list = gone.map(({ part, what }) => `${part} (${what})`).join(", ");
  const price = totalWords(priceOf(target, deployment));
  if (first && changes.length > 0) {
    return confirmed(`Make this for ${price}?`, options, {
      path: "--yes",
      problem: `must be given where nobody can be asked, because this makes what costs ${price}`,
    });
  }
  if (list === "") return true;
  return confirmed(`Replace or destroy ${list}?`, options, {
    path: "--yes",
    problem: `must be given where nobody can be asked, because this replaces or destroys: ${list}`,
  });
}
