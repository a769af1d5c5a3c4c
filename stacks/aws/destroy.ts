import { ConfigError } from "../../constructs/mlflow/index.js";
import { Steps } from "../stack/steps.js";
import type { State, StateResource } from "../terraform/state.js";
import { confirmed } from "../tools/confirm.js";
import { dataIn, requireDestroyable, type AwsData } from "./data.js";
import type { AwsOptions } from "./options.js";
import { goingNames, leftLines, leftWords, lookForLeft, type Left } from "./left.js";
import { awsPlanFile } from "./plan.js";
import { requireSameStack } from "./same-stack.js";
import { initialiseAws, withAwsSession, type AwsSession } from "./session.js";

export interface AwsDestroyOptions extends AwsOptions {
  readonly yes?: boolean;
  /** All data goes; on AWS it takes no name. */
  readonly deleteData?: readonly string[] | true;
}

/**
 * `mlstack destroy aws`: refuses while anything is protected, and without `--delete-data`; then
 * removes everything but a bucket that has objects, and the key that snapshots are read with.
 */
export async function destroyAws(
  stack: string,
  options: AwsDestroyOptions,
  signal: AbortSignal,
): Promise<number> {
  if (Array.isArray(options.deleteData)) {
    const problem = `must have no name on AWS, where all data goes at once; got "${options.deleteData.join(" ")}"`;
    throw new ConfigError([{ path: "--delete-data", problem }]);
  }
  const steps = new Steps();
  const needs = { signal, report: steps.report, mustExist: true };
  return withAwsSession(options, needs, (session) =>
    destroySession(session, stack, steps, options),
  );
}

async function destroySession(
  session: AwsSession,
  stack: string,
  steps: Steps,
  options: AwsDestroyOptions,
): Promise<number> {
  const { terraform, settings } = session;
  let state: State | undefined;
  await steps.run([
    { title: session.title, work: () => initialiseAws(session) },
    {
      title: "Look at what is there",
      work: async () => {
        requireSameStack(await terraform.output(), settings);
        state = await terraform.state();
      },
    },
  ]);
  const found = dataIn(state);
  if (found.all === 0) {
    console.log(`\n${stack}: nothing is there that mlstack deployed`);
    return 0;
  }
  requireDestroyable(found, settings, { ...options, deleteData: options.deleteData === true });
  const left = await lookForLeft(found, settings.target.region);
  const going = goingIn(state, session, left);
  if (going.length > 0) {
    if (!(await agreed(found, left, options))) {
      console.log("Nothing was changed.");
      return 1;
    }
    const work = async () => `Destroy: ${await remove(session, going, left)} removed`;
    await steps.run([{ title: "Destroy", work }]);
  }
  console.log(leftLines(found, left).join("\n"));
  return 0;
}

/** Addresses of what goes. */
function goingIn(state: State | undefined, { names }: AwsSession, left: Left): readonly string[] {
  const stays = ({ address, type }: StateResource): boolean =>
    (left.bucket && names.bucket.includes(address)) ||
    (left.key && ["aws_kms_key", "aws_kms_alias"].includes(type));
  const all = (state?.resources ?? []).filter(({ mode }) => mode === "managed");
  return all.filter((resource) => !stays(resource)).map(({ address }) => address);
}

/** @returns how many resources went */
async function remove(
  { terraform, settings }: AwsSession,
  going: readonly string[],
  left: Left,
): Promise<number> {
  const targets = left.bucket || left.key ? going : [];
  const plan = await terraform.plan({ out: awsPlanFile(settings.out), destroy: true, targets });
  return (await terraform.apply(plan.file)).summary.remove;
}

function agreed(found: AwsData, left: Left, options: AwsDestroyOptions): Promise<boolean> {
  const data = goingNames(found, left).join(", ");
  const what = `Destroy everything${data && `, and DELETE ${data}`}?${leftWords(found, left)}`;
  const problem = `must be given where nobody can be asked: ${what}`;
  return confirmed(what, options, { path: "--yes", problem });
}
