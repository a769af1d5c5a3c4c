import { ConfigError } from "../../constructs/mlflow/index.js";
import { stackCommand } from "../stack/command-line.js";
import { TerraformError } from "../terraform/failure.js";
import type { Plan, PlannedChange } from "../terraform/plan.js";
import type { Output, State } from "../terraform/state.js";
import { dataIn, holdsData, wordsFor } from "./data.js";
import type { AwsOptions } from "./options.js";
import type { AwsNames } from "./resource-names.js";
import type { AwsSettings } from "./settings.js";

/** What a plan is judged by. */
export interface Found {
  readonly plan: Plan;
  readonly state: State | undefined;
  readonly outputs: Readonly<Record<string, Output>>;
}

const setting = "MLSTACK_AWS_PROTECT";

/** Types that go with what holds data, or that AWS refuses to remove while it guards them. */
const isGuarded = ({ type, address }: PlannedChange): boolean =>
  holdsData({ type, address }) ||
  type === "aws_lb" ||
  type === "aws_secretsmanager_secret_version" ||
  (type.startsWith("aws_s3_bucket_") && address.includes("artifact-store"));

/** What a plan destroys, be it to make it anew, of all that is protected; a name each. */
export function takenBy(
  { plan, state }: Omit<Found, "outputs">,
  names: AwsNames,
): readonly string[] {
  const taken = plan.changes.filter(
    (change) => ["delete", "replace"].includes(change.action) && isGuarded(change),
  );
  return taken.map(({ address }) => {
    const resource = state?.resources.find((one) => one.address === address);
    return (resource && wordsFor(resource)) ?? names.nameOf(address);
  });
}

/** Whether the last deploy was one with protection. */
const wasProtected = ({ outputs, state }: Omit<Found, "plan">): boolean =>
  outputs["protected"]?.value === "true" || dataIn(state).protected.length > 0;

/**
 * Terraform's own order not to destroy something goes with it out of the configuration, so that an
 * option, such as another shape, would take both.
 *
 * @throws {ConfigError} naming what would go, and the way in two steps
 */
export function requireKept(
  found: Found,
  { target }: Pick<AwsSettings, "target">,
  names: AwsNames,
  options: AwsOptions,
): void {
  const taken = takenBy(found, names);
  if (taken.length === 0 || !(target.protect || wasProtected(found))) return;
  const why = target.protect ? "is on" : "was on in the last deploy";
  throw refusal(`${why}, and this would destroy or replace ${taken.join(", ")}`, options);
}

function refusal(what: string, options: AwsOptions): ConfigError {
  const { out, envFile, terraformBinary } = options;
  const same = {
    ...(out !== undefined && { out }),
    ...(envFile !== undefined && { envFile }),
    ...(terraformBinary !== undefined && { terraformBinary }),
  };
  const first = stackCommand("deploy", "aws", same, ["--set", `${setting}=false`]);
  const set = (options.set ?? []).filter((one) => !one.startsWith(`${setting}=`));
  const second = stackCommand("deploy", "aws", { ...options, set });
  const problem = `${what}; nothing was touched; to keep it, take the change back; if all of it may go, deploy the settings of before without protection: ${first}, and then the change: ${second}`;
  return new ConfigError([{ path: setting, problem }]);
}

/** Terraform's refusal of a plan that destroys what is protected, as one of the input. */
export function protectionProblem(
  error: unknown,
  names: AwsNames,
  options: AwsOptions,
): ConfigError | undefined {
  if (!(error instanceof TerraformError)) return undefined;
  const text = error.failures.map(({ detail }) => detail.replaceAll(/\s+/g, " ")).join("\n");
  const found = [...text.matchAll(/Resource (\S+) has lifecycle\.prevent_destroy set/g)];
  if (found.length === 0) return undefined;
  const taken = [...new Set(found.map(([, address = ""]) => names.nameOf(address)))];
  return refusal(`is on, and this would destroy or replace ${taken.join(", ")}`, options);
}
