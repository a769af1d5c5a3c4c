import { existsSync } from "node:fs";
import { join } from "node:path";
import { revisionVariable } from "../../constructs/docker/secrets.js";
import {
  planFolder,
  writeFolder,
  type FolderSettings,
  type Generated,
} from "../generate/folder.js";
import { removalCommand } from "./command-line.js";
import type { StackSettings } from "./settings.js";
import { writeFileAtomically } from "../tools/files.js";
import { secretRevisions } from "../tools/secrets.js";
import { stateFile } from "../tools/state-file.js";

/** Variables of the stack by name, as Terraform takes them. */
export function terraformVariables(
  { secrets, revisionKey }: Pick<Generated, "secrets" | "revisionKey">,
  shell: Readonly<Record<string, string | undefined>>,
): Readonly<Record<string, string>> {
  const index = shell["PIP_INDEX_URL"];
  return {
    ...secrets,
    [revisionVariable]: JSON.stringify(secretRevisions(secrets, revisionKey)),
    ...(index ? { PIP_INDEX_URL: index } : {}),
  };
}

/** What the output folder of a stack is made from. */
export function folderSettings(settings: StackSettings): FolderSettings {
  const { stack, out, deployment, place } = settings;
  const removal = removalCommand(stack, out, deployment.name);
  return { ...settings, removal, ...(place && { owner: place.owner }) };
}

/** For cdktf-cli: makes the secrets that are missing and writes them into the output folder. */
export function writeSecrets(settings: StackSettings): Generated {
  const generated = planFolder(folderSettings(settings), "terraform");
  writeFolder(settings.out, generated);
  const state = stateFile(settings.out);
  // Terraform takes an empty file for no state, and leaves a file the permissions that it has.
  if (settings.state.kind === "local" && !existsSync(state)) writeFileAtomically(state, "", 0o600);
  return generated;
}

/**
 * For cdktf-cli: leaves the variables beside the configuration, in a file for the user alone, which
 * Terraform reads by itself. A variable that the shell has as `TF_VAR_…` is left out, since the
 * file would win.
 *
 * @param directory - the one that was synthesised; of a stack that was not asked for there is none
 */
export function writeVariables(
  directory: string,
  generated: Pick<Generated, "secrets" | "revisionKey">,
  shell: Readonly<Record<string, string | undefined>>,
): void {
  if (!existsSync(directory)) return;
  const all = {
    ...terraformVariables(generated, shell),
    [revisionVariable]: secretRevisions(generated.secrets, generated.revisionKey),
  };
  const variables = Object.entries(all).filter(([name]) => shell[`TF_VAR_${name}`] === undefined);
  const text = `${JSON.stringify(Object.fromEntries(variables), undefined, 2)}\n`;
  writeFileAtomically(join(directory, "mlstack.auto.tfvars.json"), text, 0o600);
}
