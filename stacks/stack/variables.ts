import { existsSync } from "node:fs";
import { join } from "node:path";
import { revisionVariable } from "../../constructs/docker/secrets.js";
import type { SecretValues } from "../../compose-templates/index.js";
import { planFolder, writeFolder } from "../generate/folder.js";
import type { StackSettings } from "./settings.js";
import { writeFileAtomically } from "../tools/files.js";
import { secretRevisions } from "../tools/secrets.js";

/** Variables of the stack by name, as Terraform takes them. */
export function terraformVariables(
  secrets: SecretValues,
  shell: Readonly<Record<string, string | undefined>>,
): Readonly<Record<string, string>> {
  const index = shell["PIP_INDEX_URL"];
  return {
    ...secrets,
    [revisionVariable]: JSON.stringify(secretRevisions(secrets)),
    ...(index ? { PIP_INDEX_URL: index } : {}),
  };
}

/**
 * For cdktf-cli: makes the secrets that are missing and leaves the variables beside the
 * configuration, in a file for the user alone, which Terraform reads by itself. A variable that the
 * shell has as `TF_VAR_…` is left out, since the file would win.
 *
 * @param outdir - of the app, after it was synthesised
 */
export function writeVariables(
  outdir: string,
  settings: StackSettings,
  shell: Readonly<Record<string, string | undefined>>,
): void {
  const folder = join(outdir, "stacks", settings.stack);
  if (!existsSync(folder)) return;
  const generated = planFolder(settings, "terraform");
  writeFolder(settings.out, generated);
  const all = {
    ...terraformVariables(generated.secrets, shell),
    [revisionVariable]: secretRevisions(generated.secrets),
  };
  const variables = Object.entries(all).filter(([name]) => shell[`TF_VAR_${name}`] === undefined);
  const text = `${JSON.stringify(Object.fromEntries(variables), undefined, 2)}\n`;
  writeFileAtomically(join(folder, "mlstack.auto.tfvars.json"), text, 0o600);
}
