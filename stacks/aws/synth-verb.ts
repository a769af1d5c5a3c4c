import { relative } from "node:path";
import type { AwsOptions } from "./options.js";
import { readAwsSettings } from "./settings.js";
import { synthesiseAws } from "./synth.js";

/** `mlstack synth aws`: writes the Terraform configuration and nothing else. */
export function synthAws(_stack: string, options: AwsOptions): number {
  const settings = readAwsSettings(options);
  const { directory } = synthesiseAws(settings);
  console.log(relative(process.cwd(), directory) || ".");
  // Beside the one line that a script may take for the folder.
  console.error(
    "It needs no variables: AWS makes the secrets up. Terraform needs your AWS credentials.",
  );
  return 0;
}
