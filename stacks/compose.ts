import { resolve } from "node:path";
import type { ComposeTransform, SecretValues } from "../compose-templates/index.js";
import type { MlflowDeployment } from "../constructs/mlflow/index.js";
import type { Change } from "./generate/changes.js";
import { planFolder, writeFolder } from "./generate/folder.js";

export * from "../compose-templates/index.js";
export type { Change } from "./generate/changes.js";

export interface WriteComposeOptions {
  /** Values of secrets that must not be generated. @default - kept from the last run, else made */
  readonly secrets?: SecretValues;
  /** Last word on a service, for what the model has no field for. */
  readonly transform?: ComposeTransform;
}

/**
 * Writes the folder that `docker compose up` starts: Compose file, `.env`, build context, client
 * files. Running it again keeps the secrets and changes what changed.
 *
 * @param out - folder; made if needed
 * @returns what was new or changed
 * @throws {ConfigError} with every problem; nothing is written then
 */
export function writeComposeFolder(
  deployment: MlflowDeployment,
  out: string,
  options: WriteComposeOptions = {},
): readonly Change[] {
  const { secrets = {}, transform } = options;
  const folder = resolve(out);
  const settings = { deployment, out: folder, secrets, keep: undefined, source: "options.secrets" };
  const generated = planFolder(settings, "docker", transform);
  writeFolder(folder, generated);
  return generated.changes;
}
