import { ConfigError } from "../constructs/mlflow/index.js";
import type { AwsDeployOptions } from "./aws/deploy.js";
import type { AwsOutputOptions } from "./aws/output.js";
import type { AwsPlanOptions } from "./aws/plan.js";
import type { DeployOptions } from "./deploy/deploy.js";
import type { OutputOptions } from "./output/output.js";
import type { PlanVerbOptions } from "./plan/plan.js";
import { parseStack, type StackName } from "./stack/names.js";
import { requireFlagsOf, type StackVerb } from "./stack-options.js";

/** Whatever commander gives to a verb of any stack. */
export type VerbOptions = Omit<PlanVerbOptions & DeployOptions & OutputOptions, "deleteData"> &
  Omit<AwsPlanOptions & AwsDeployOptions & AwsOutputOptions, "deleteData"> & {
    readonly deleteData?: readonly string[] | true;
  };

type Verb = (stack: string, options: VerbOptions, signal: AbortSignal) => number | Promise<number>;

/** What each verb does for each stack, loaded when it runs. */
const verbs: Readonly<Record<StackName, Readonly<Record<StackVerb, () => Promise<Verb>>>>> = {
  "home-lab": {
    plan: async () => (await import("./plan/plan.js")).plan,
    deploy: async () => (await import("./deploy/deploy.js")).deploy,
    synth: async () => (await import("./synth/synth.js")).synth,
    destroy: async () => {
      const { destroy } = await import("./destroy/destroy.js");
      return (stack, { deleteData = [], ...options }, signal) =>
        destroy(stack, { ...options, deleteData: volumesOf(deleteData) }, signal);
    },
    output: async () => (await import("./output/output.js")).output,
  },
  aws: {
    plan: async () => (await import("./aws/plan.js")).planAws,
    deploy: async () => (await import("./aws/deploy.js")).deployAws,
    synth: async () => (await import("./aws/synth-verb.js")).synthAws,
    destroy: async () => (await import("./aws/destroy.js")).destroyAws,
    output: async () => (await import("./aws/output.js")).outputAws,
  },
};

function volumesOf(deleteData: readonly string[] | true): readonly string[] {
  if (deleteData !== true) return deleteData;
  const problem = 'must name a volume, such as "artifact-store-data"';
  throw new ConfigError([{ path: "--delete-data", problem }]);
}

/**
 * Does a verb for the stack that is named.
 *
 * @throws {ConfigError} for a name that is no stack, and a flag that is another's
 */
export async function runStackVerb(
  verb: StackVerb,
  text: string,
  options: VerbOptions,
  signal: AbortSignal,
): Promise<number> {
  const stack = parseStack(text);
  requireFlagsOf(stack, options);
  const run = await verbs[stack][verb]();
  return run(stack, options, signal);
}
