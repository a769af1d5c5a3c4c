import { join, relative } from "node:path";
import { ownerVariable } from "../../compose-templates/env-file.js";
import { readStackSettings, type StackOptions } from "../stack/settings.js";
import { synthesise } from "../stack/synth.js";
import { readDotenvFile } from "../tools/dotenv-file.js";
import { currentEngine } from "../tools/docker-engine.js";

/**
 * `mlstack synth`: writes the Terraform configuration and nothing else, for people who run
 * Terraform themselves. The secrets are theirs to give, as `TF_VAR_…`.
 */
export function synth(stack: string, options: StackOptions): number {
  const settings = readStackSettings(stack, options, currentEngine);
  const { [ownerVariable]: owner } = readDotenvFile(join(settings.out, ".env")) ?? {};
  const { directory } = synthesise(settings, { owner });
  console.log(relative(process.cwd(), directory) || ".");
  return 0;
}
