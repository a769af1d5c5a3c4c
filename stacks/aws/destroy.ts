import { ConfigError } from "../../constructs/mlflow/index.js";
import { Steps } from "../stack/steps.js";
import type { State } from "../terraform/state.js";
import { confirmed } from "../tools/confirm.js";
import { dataIn, requireDestroyable, type AwsData } from "./data.js";
import type { AwsOptions } from "./options.js";
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
 * removes everything but a bucket that has objects.
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
  const keep = await bucketIsKept(found, settings.target.region);
  if (!(await agreed(found, keep, options))) {
    console.log("Nothing was changed.");
    return 1;
  }
  await steps.run([
    {
      title: "Destroy",
      work: async () => `Destroy: ${await remove(session, state, keep)} removed`,
    },
  ]);
  console.log(leftLines(found, keep).join("\n"));
  return 0;
}

/** S3 refuses to remove a bucket with objects, and would have lost its rules by then. */
async function bucketIsKept({ bucket }: AwsData, region: string): Promise<boolean> {
  if (bucket === undefined) return false;
  const { hasObjects } = await import("./objects.js");
  return hasObjects(bucket, region);
}

/** @returns how many resources went */
async function remove(
  { terraform, settings, names }: AwsSession,
  state: State | undefined,
  keepBucket: boolean,
): Promise<number> {
  const all = (state?.resources ?? []).filter(({ mode }) => mode === "managed");
  const gone = all.map(({ address }) => address).filter((one) => !names.bucket.includes(one));
  const targets = keepBucket ? gone : [];
  const plan = await terraform.plan({ out: awsPlanFile(settings.out), destroy: true, targets });
  return (await terraform.apply(plan.file)).summary.remove;
}

function agreed(
  { names }: AwsData,
  keepBucket: boolean,
  options: AwsDestroyOptions,
): Promise<boolean> {
  const gone = names.filter((name) => !(keepBucket && name.startsWith("bucket ")));
  const what = `Destroy everything, and DELETE ${gone.join(", ")}?`;
  const problem = `must be given where nobody can be asked: ${what}`;
  return confirmed(what, options, { path: "--yes", problem });
}

function leftLines(
  { bucket, snapshot, volume, key }: AwsData,
  keptBucket: boolean,
): readonly string[] {
  return [
    "",
    ...(keptBucket
      ? [
          `Kept: bucket ${bucket}, which has objects. The next deploy goes on with it.`,
          `To be rid of it: empty it with all versions ("Empty" in the console of S3), and run the same command again.`,
        ]
      : []),
    ...(snapshot === undefined ? [] : [`Kept: snapshot ${snapshot} of the database.`]),
    ...(volume === undefined ? [] : [`Kept: the last snapshot of the data volume ${volume}.`]),
    ...(key === undefined
      ? []
      : [
          `In 30 days AWS deletes key ${key}, without which snapshots can't be read. To keep it:`,
          `  aws kms cancel-key-deletion --key-id ${key} && aws kms enable-key --key-id ${key}`,
        ]),
    ...(!keptBucket && snapshot === undefined && key === undefined ? ["Nothing is left."] : []),
  ];
}
