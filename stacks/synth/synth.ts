import { join, relative } from "node:path";
import { ownerVariable } from "../../compose-templates/env-file.js";
import { secretSpecs } from "../../constructs/mlflow/index.js";
import { readStackSettings, type StackOptions, type StackSettings } from "../stack/settings.js";
import { synthesise } from "../stack/synth.js";
import { revisionVariable } from "../../constructs/docker/secrets.js";
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
  // Beside the one line that a script may take for the folder.
  console.error(variableHints(settings).join("\n"));
  return 0;
}

/** What whoever runs Terraform there has to give it. */
function variableHints({ deployment, out }: StackSettings): readonly string[] {
  const names = deployment.secrets.map(({ name }) => name);
  if (names.length === 0) return ["It needs no variables."];
  const width = Math.max(...names.map((name) => name.length));
  return [
    `Terraform needs these there; a deploy keeps their values in ${join(relative(process.cwd(), out), ".env")}:`,
    ...names.map((name) => `  TF_VAR_${name.padEnd(width)}  ${secretSpecs[name].purpose}`),
    `and, for a changed one to reach the containers, another text for it in TF_VAR_${revisionVariable}, as '{"${names[0]}":"2"}'`,
  ];
}
