import { rmSync } from "node:fs";
import { dataVolumes } from "../../constructs/docker/names.js";
import { ConfigError, Problems, type Problem } from "../../constructs/mlflow/index.js";
import { repairHost } from "../deploy/repair.js";
import { askHost } from "../stack/host-check.js";
import { planFile } from "../stack/look.js";
import { requireSamePlace } from "../stack/same-place.js";
import { initialise, withSession, type StackSession } from "../stack/session.js";
import type { StackOptions } from "../stack/settings.js";
import { Steps } from "../stack/steps.js";
import { confirmed } from "../tools/confirm.js";
import { deployedFile } from "../tools/deployed-record.js";
import { findParts, type Parts } from "./parts.js";

export interface DestroyOptions extends StackOptions {
  readonly yes?: boolean;
  /** Data volumes to destroy as well, by name. */
  readonly deleteData?: readonly string[];
}

/**
 * `mlstack destroy`: removes what runs, whether the state knows it or only its labels tell whose it
 * is. Data volumes stay, in the state too, unless each is named; the next deploy goes on with them.
 */
export async function destroy(
  stack: string,
  options: DestroyOptions,
  signal: AbortSignal,
): Promise<number> {
  const steps = new Steps();
  const asked = options.deleteData ?? [];
  const mayDestroy = dataVolumes.filter((volume) => asked.some((text) => text.endsWith(volume)));
  const needs = { signal, report: steps.report, mayDestroy, needsSecrets: false };
  return withSession(stack, options, needs, (session) =>
    destroySession(session, steps, options, signal),
  );
}

async function destroySession(
  session: StackSession,
  steps: Steps,
  options: DestroyOptions,
  signal: AbortSignal,
): Promise<number> {
  const { terraform, settings } = session;
  let parts = undefined as Parts | undefined;
  await steps.run([
    { title: session.title, work: () => initialise(session) },
    {
      title: "Look at what is there",
      work: async () => {
        const facts = await askHost(settings.host);
        const state = await terraform.state();
        const problems = new Problems();
        requireSamePlace(settings, facts, problems, state);
        problems.throwIfAny();
        parts = await findParts(session, state, facts, options.deleteData ?? [], signal);
        return facts.title;
      },
    },
  ]);
  if (!parts) throw new Error("bug: looked without an answer");
  const found = parts;
  if (found.gone.length + found.strangers.length === 0) {
    if (found.foreign !== undefined) throw new ConfigError([elsewhere(found.foreign)]);
    console.log(`\n${settings.stack}: nothing runs that mlstack deployed`);
    printKept(session, found);
    return 0;
  }
  if (!(await agreed(found, session, options))) {
    console.log("Nothing was changed.");
    return 1;
  }
  await steps.run([
    {
      title: "Destroy",
      work: async () => `Destroy: ${await remove(session, found)} removed`,
    },
  ]);
  printKept(session, found);
  return 0;
}

/** @returns how many things went */
async function remove(
  { terraform, settings }: StackSession,
  { gone, kept, strangers, left }: Parts,
): Promise<number> {
  const isVolume = ({ repair }: Parts["strangers"][number]) => repair.kind === "remove-volume";
  const users = strangers.filter((drift) => !isVolume(drift));
  await repairHost(settings.host, users);
  let removed = strangers.length;
  if (gone.length > 0) {
    const targets = kept.length > 0 ? gone : [];
    const plan = await terraform.plan({ out: planFile(settings.out), destroy: true, targets });
    removed += (await terraform.apply(plan.file)).summary.remove;
  }
  // Last, because no container may use them.
  await repairHost(settings.host, strangers.filter(isVolume));
  if (kept.length + left.length === 0) rmSync(deployedFile(settings.out), { force: true });
  return removed;
}

/** What of the name is there, and whose; whoever has its passwords may remove it. */
const elsewhere = (whose: string): Problem => ({
  path: "MLSTACK_NAME",
  problem: `${whose}; nothing was touched; to remove it, give that folder with --out, or put its .env into the output folder`,
});

function printKept(
  { names, generated }: StackSession,
  { kept, left, gone, strangers, foreign, data }: Parts,
): void {
  const all = [...kept.map(names.nameOf), ...left];
  if (all.length > 0) {
    // Beside data that was there all along, deploy makes nothing empty unasked.
    const anew = data.length > 0 && left.length > 0 ? ", with --new-volume for what is gone" : "";
    const next = generated.mayAdopt
      ? `The next deploy goes on with it${anew}.`
      : "A deploy that has its .env again goes on with it.";
    console.log(`\nKept: ${all.join(", ")}. ${next}`);
  } else if (gone.length + strangers.length > 0) {
    console.log("\nNothing is left.");
  }
  if (foreign !== undefined) console.log(`Left alone: ${foreign}.`);
}

function agreed(
  { data }: Parts,
  { settings }: StackSession,
  options: DestroyOptions,
): Promise<boolean> {
  const what =
    data.length > 0
      ? `Stop ${settings.stack} and DELETE the data of ${data.join(", ")}?`
      : `Stop and remove ${settings.stack}? Data stays.`;
  const problem = `must be given where nobody can be asked: ${what}`;
  return confirmed(what, options, { path: "--yes", problem });
}
