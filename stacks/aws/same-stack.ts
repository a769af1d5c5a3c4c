import { Problems } from "../../constructs/mlflow/index.js";
import type { Output } from "../terraform/state.js";
import type { AwsSettings } from "./settings.js";

type Known = Pick<AwsSettings, "deployment" | "target">;

/**
 * A state of another deployment, or of another region, knows nothing of what these settings name:
 * a plan would find all of it gone, and begin with an empty database.
 *
 * @param outputs - of the state; none where nothing was deployed
 * @throws {ConfigError} naming both, and the ways out
 */
export function requireSameStack(
  outputs: Readonly<Record<string, Output>>,
  { deployment, target }: Known,
): void {
  const problems = new Problems();
  const require = (output: string, path: string, wanted: string, other: string) => {
    const { value: found = wanted } = outputs[output] ?? {};
    const problem = `must stay "${String(found)}", which the state of this folder was deployed with; got "${wanted}"; nothing was touched; use ${other}, or destroy this one first`;
    problems.require(found === wanted, path, problem);
  };
  require("deployment", "MLSTACK_NAME", deployment.name, "another folder for another deployment (--out), with a state of its own (--state)");
  require("region", "MLSTACK_AWS_REGION", target.region, "another folder (--out) with another name (--name) and a state of its own (--state) for what runs there");
  problems.throwIfAny();
}
