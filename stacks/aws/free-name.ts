import { ConfigError } from "../../constructs/mlflow/index.js";
import type { State } from "../terraform/state.js";
import type { AwsSettings } from "./settings.js";

type Settings = Pick<AwsSettings, "target" | "deployment">;

/**
 * A state that has nothing makes everything, and beside a deployment of the same name that another
 * state has, it would fail half way, or make and cost it all twice.
 *
 * @throws {ConfigError} naming what is there, and the ways out
 */
export async function requireFreeName(
  state: State | undefined,
  { deployment: { name }, target: { region } }: Settings,
): Promise<void> {
  if (state?.resources.some(({ mode }) => mode === "managed")) return;
  const { takenNames } = await import("./taken.js");
  const taken = await takenNames(name, region);
  if (taken.length > 0) throw takenProblem(name, region, taken);
}

/** @param taken - `database mlflow-aws` */
export const takenProblem = (
  name: string,
  region: string,
  taken: readonly string[],
): ConfigError => {
  const problem = `"${name}" is used in ${region} already (${taken.join(", ")}), and not by the state of this folder; nothing was touched; use --name for another deployment, or for that one the folder (--out) or the state (--state) that it was deployed from`;
  return new ConfigError([{ path: "MLSTACK_NAME", problem }]);
};
