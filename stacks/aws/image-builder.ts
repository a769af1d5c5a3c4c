import { ConfigError } from "../../constructs/mlflow/index.js";
import { requireBuilder } from "../aws-job/builder.js";
import type { AwsChange } from "./plan-words.js";
import type { AwsSettings } from "./settings.js";

type Settings = Pick<AwsSettings, "target" | "deployment">;

/** Whether a plan has the job that builds and pushes the image. */
export const pushesImage = (changes: readonly AwsChange[]): boolean =>
  changes.some(
    ({ part, address, action }) =>
      part === "image" &&
      address.startsWith("terraform_data.") &&
      ["create", "replace"].includes(action),
  );

/**
 * Looks for what builds the image before anybody is asked and anything is made: the job would find
 * out after minutes, with half of a deployment there.
 *
 * @param tag - of the image
 * @throws {ConfigError} where this machine can't build it
 */
export async function requireImageBuilder(
  changes: readonly AwsChange[],
  { target, deployment }: Settings,
  tag: string,
): Promise<void> {
  if (!pushesImage(changes)) return;
  // Of its own: bundled, a package that is imported so has no names.
  const { isPushed } = await import("./pushed.js");
  const pushed = await isPushed(target.region, `${deployment.name}/tracking-server`, tag);
  // An image that is there is not built again; who may not look is told by the job itself.
  if (pushed !== false) return;
  await requireBuilder(target.architecture === "arm64" ? "linux/arm64" : "linux/amd64");
}

/** The same for a plan, which needs no builder: what a deploy would say; undefined: nothing. */
export async function imageBuilderNote(
  changes: readonly AwsChange[],
  settings: Settings,
  tag: string,
): Promise<string | undefined> {
  try {
    await requireImageBuilder(changes, settings, tag);
    return undefined;
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    return `To deploy from here: ${error.message}`;
  }
}
