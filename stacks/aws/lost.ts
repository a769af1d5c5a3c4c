import { Problems } from "../../constructs/mlflow/index.js";
import { stackCommand } from "../stack/command-line.js";
import type { State } from "../terraform/state.js";
import { dataWord, holdsData, wordsFor } from "./data.js";
import type { Found } from "./kept.js";
import type { AwsOptions } from "./options.js";
import type { AwsNames } from "./resource-names.js";

/** Data that a deploy would begin empty although there was a deployment. */
export interface Lost {
  /** What `--new-volume` calls it: `database`. */
  readonly word: string;
  /** `database mlflow-aws` */
  readonly name: string;
}

/** What comes last, and has data to work with. */
const server = ["aws_ecs_service", "aws_instance"];

/** A new secret is no loss: a setting may ask for one more. */
const empties = ["aws_db_instance", "aws_ebs_volume", "aws_s3_bucket"];

/** Whether a deploy came to its last part. */
export const hasServer = (state: State | undefined): boolean =>
  (state?.resources ?? []).some(({ mode, type }) => mode === "managed" && server.includes(type));

/** What is gone from AWS, and what a server that ran so far would find empty. */
export function lostData(
  { plan, state }: Omit<Found, "outputs">,
  names: AwsNames,
): readonly Lost[] {
  const ran = hasServer(state);
  const gone = plan.drift.filter(({ action }) => action === "delete");
  const made = plan.changes.filter(
    ({ action, type }) => action === "create" && empties.includes(type),
  );
  const addresses = new Set(
    [...gone, ...(ran ? made : [])].filter(holdsData).map(({ address }) => address),
  );
  const comes = plan.changes.filter(
    ({ address, action }) => addresses.has(address) && action === "create",
  );
  return comes.map(({ address, type }) => {
    const drifted = plan.details.resource_drift.find((one) => one.address === address);
    const values = drifted?.change.before as Record<string, unknown> | undefined;
    const name = values && wordsFor({ type, address, values });
    return { word: dataWord(type), name: name ?? names.nameOf(address) };
  });
}

/**
 * @param given - of `--new-volume`
 * @throws {ConfigError} for what nobody has said may begin empty, and for what is not lost
 */
export function requireNamedLosses(
  lost: readonly Lost[],
  given: readonly string[],
  options: AwsOptions,
): void {
  const problems = new Problems();
  const words = [...new Set(lost.map(({ word }) => word))];
  const unnamed = lost.filter(({ word }) => !given.includes(word));
  const command = stackCommand(
    "deploy",
    "aws",
    options,
    words.flatMap((word) => ["--new-volume", word]),
  );
  const list = unnamed.map(({ name }) => name).join(", ");
  problems.require(
    unnamed.length === 0,
    "--new-volume",
    `must name what may begin empty: ${list} would, and what was deployed before had data; nothing was touched; bring it back, take the change back, or use: ${command}`,
  );
  for (const word of given.filter((one) => !words.includes(one))) {
    const problem = `must name data that would begin empty${words.length > 0 ? ` (${words.join(", ")})` : ", and none would"}; got "${word}"`;
    problems.add("--new-volume", problem);
  }
  problems.throwIfAny();
}
