import { chmodSync, existsSync } from "node:fs";
import { dirname, join, relative, resolve } from "node:path";
import { isOpenToOthers, makeFolder, makePrivate } from "../tools/files.js";
import { localStatePath, type BackendBlock } from "./configuration.js";

/** Terraform's file for a state that it could not save where it belongs. */
export const unsavedState = "errored.tfstate";

/**
 * Makes what holds secrets its owner's alone: the state, its backup and others that Terraform left,
 * and the folder of the state, when that is the stack's or in it.
 *
 * @param more - paths, absolute or relative to the stack's folder
 */
export function protect(
  directory: string,
  backend: BackendBlock,
  more: readonly string[] = [],
): void {
  const state = localStatePath(backend);
  const files = [
    join(directory, unsavedState),
    join(directory, ".terraform.lock.hcl"),
    ...(state === undefined ? [] : [state, `${state}.backup`]),
    ...more.map((path) => resolve(directory, path)),
  ];
  if (state !== undefined) protectFolder(directory, dirname(state));
  files.filter(isOpenToOthers).forEach(makePrivate);
}

function protectFolder(directory: string, folder: string): void {
  if (!existsSync(folder)) makeFolder(folder, 0o700);
  // Somebody else's folder, such as /tmp, keeps its mode: the file in it has its own.
  const isOurs = !relative(directory, folder).startsWith("..");
  if (isOurs && isOpenToOthers(folder)) chmodSync(folder, 0o700);
}
