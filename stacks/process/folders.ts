import { accessSync, chmodSync, constants, readdirSync, rmSync, writeFileSync } from "node:fs";
import { ConfigError, type HostPath } from "../../constructs/mlflow/index.js";
import { makeFolder, readIfExists, writeFileAtomically } from "../tools/files.js";
import { dataFolder, processFolders, type ProcessContext } from "./context.js";

/** The scripts that a server without containers runs. */
const scriptNames = ["run.py", "healthcheck.py", "db_upgrade.py"];

/**
 * Makes the folders and writes the scripts and secrets. Files that are right are left alone.
 *
 * @throws {ConfigError} naming the folder that can't be written
 */
export function prepareFolders(context: ProcessContext): void {
  const folders = processFolders(context.out);
  makePrivate(folders.process);
  makePrivate(folders.temporary);
  makePrivate(folders.secrets);
  prepareDataFolder(context);
  for (const name of scriptNames) {
    const text = context.assets.scripts[name];
    if (text === undefined) throw new Error(`bug: no script "${name}"`);
    writeIfChanged(`${folders.scripts.path}/${name}`, text, 0o644);
  }
  writeSecrets(context, folders.secrets);
}

function makePrivate({ path }: HostPath): void {
  try {
    makeFolder(path, 0o700);
    chmodSync(path, 0o700);
  } catch (error) {
    const problem = `must be a folder you can write to; got "${path}" (${(error as Error).message}); change its owner, or name another folder with --out`;
    throw new ConfigError([{ path: "--out", problem }]);
  }
}

function prepareDataFolder(context: ProcessContext): void {
  const { path } = dataFolder(context);
  const probe = `${path}/.mlstack-${process.pid}`;
  try {
    makeFolder(path);
    accessSync(path, constants.R_OK | constants.X_OK);
    // Asked by doing: on Windows and on read-only disks permission bits say nothing.
    writeFileSync(probe, "");
    rmSync(probe);
  } catch (error) {
    throw new ConfigError([
      {
        path: "trackingServer.dataDirectory",
        problem: `must be a folder you can write to; got "${path}" (${(error as Error).message}); change its owner, or name another folder`,
      },
    ]);
  }
}

/** One file each, for nobody else to read; files of secrets no longer used are removed. */
function writeSecrets({ deployment, secrets }: ProcessContext, folder: HostPath): void {
  const names = deployment.secrets.map(({ name }) => name);
  for (const file of readdirSync(folder.path)) {
    if (!(names as readonly string[]).includes(file)) rmSync(`${folder.path}/${file}`);
  }
  for (const name of names) {
    const value = secrets[name];
    if (value === undefined) throw new Error(`bug: no value for the secret ${name}`);
    writeIfChanged(`${folder.path}/${name}`, value, 0o600);
  }
}

function writeIfChanged(path: string, text: string, mode: number): void {
  if (readIfExists(path) !== text) writeFileAtomically(path, text, mode);
  else chmodSync(path, mode);
}
