import { relative } from "node:path";
import { readStackSettings, type StackOptions } from "../stack/settings.js";
import { synthesise } from "../stack/synth.js";
import { currentEngine } from "../tools/docker-engine.js";

/**
 * `mlstack synth`: writes the Terraform configuration and nothing else, for people who run
 * Terraform themselves. The secrets are theirs to give, as `TF_VAR_…`.
 */
export function synth(stack: string, options: StackOptions): number {
  const settings = readStackSettings(stack, options, currentEngine);
  const { directory } = synthesise(settings);
  console.log(relative(process.cwd(), directory) || ".");
  return 0;
}
