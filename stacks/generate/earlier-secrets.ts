import { existsSync } from "node:fs";
import { join } from "node:path";
import { parseComposeFile, type SecretValues } from "../../compose-templates/index.js";
import {
  ConfigError,
  secretNames,
  secretSpecs,
  type Problem,
  type SecretName,
} from "../../constructs/mlflow/index.js";
import { deployedFile, readDeployed } from "../tools/deployed-record.js";
import { hasState } from "../tools/state-file.js";
import type { FolderSettings } from "./folder.js";
import { readIfExists } from "../tools/files.js";
import { readRuntime } from "../tools/runtime-record.js";

/** What the folder, but for `.env`, tells of the secrets that it was generated with. */
export interface EarlierSecrets {
  /** Values that the process runtime still has. */
  readonly values: SecretValues;
  /** The file that shows that a secret was used, by name. Asked only when one is missing. */
  readonly usedIn: () => ReadonlyMap<SecretName, string>;
}

/**
 * Looks at the last run's files. To be called before `.env` is read: a run beside this one writes
 * that first, so a secret that is named here and not there is lost, not yet to come.
 */
export function findEarlierSecrets(out: string): EarlierSecrets {
  const compose = join(out, "docker-compose.yml");
  const text = readIfExists(compose);
  const state = join(out, "process", "state.json");
  const folder = join(out, "process", "secrets");
  // Whoever removed the whole folder removed the proof of which it had: all may have been used.
  const removed = existsSync(state) && !existsSync(folder);
  return {
    // Containers that came after a process may have got others since.
    values: readRuntime(out) === "docker" ? {} : valuesIn(folder),
    usedIn: () =>
      new Map([
        ...(removed ? secretNames.map((name) => [name, state] as const) : []),
        ...namesIn(text).map((name) => [name, compose] as const),
        ...deployedSecrets(out).map((name) => [name, deployedFile(out)] as const),
      ]),
  };
}

/** The top-level `secrets:` of a Compose file; of one that somebody broke, every name in it. */
function namesIn(text: string | undefined): readonly SecretName[] {
  if (text === undefined) return [];
  const file = parseComposeFile(text);
  return secretNames.filter((name) =>
    file ? Object.hasOwn(file.secrets ?? {}, name) : new RegExp(`\\b${name}\\b`).test(text),
  );
}

/** Those that the last deploy handed on. */
function deployedSecrets(out: string): readonly SecretName[] {
  const used = readDeployed(out)?.secrets ?? [];
  return secretNames.filter((name) => used.includes(name));
}

function valuesIn(folder: string): SecretValues {
  return Object.fromEntries(
    secretNames.flatMap((name) => {
      const value = readIfExists(join(folder, name));
      return value ? [[name, value]] : [];
    }),
  );
}

/**
 * New passwords open nothing that the old ones locked, so a lost one is never made anew unasked.
 *
 * @param made - secrets that nobody gave and no file has
 * @param kept - what `.env` has
 * @throws {ConfigError} with each one that an earlier run had; of a stack in one line when all are
 */
export function requireNoneLost(
  { out, removal, deployment }: FolderSettings,
  made: readonly SecretName[],
  { usedIn }: EarlierSecrets,
  kept: Readonly<Record<string, string>>,
): void {
  if (made.length === 0) return;
  const isEmpty = deployment.secrets.every(({ name }) => !kept[name]);
  const files = usedIn();
  const lost = made.filter((name) => files.has(name));
  const path = join(out, ".env");
  if (removal === undefined) return refuse(lost.map((name) => lostSecret(name, path, files)));
  const ways = `bring "${path}" back from your backup, or from the containers while they run (README, "lost"); else begin anew under another --name and with another --out; or, when the data is not wanted, remove it: ${removal}`;
  // A state does not tell which secrets it was made with.
  if (isEmpty && (lost.length > 0 || hasState(out))) {
    const problem = `has none of the secrets that this stack was deployed with, and new ones do not open its data; ${ways}`;
    return refuse([{ path, problem }]);
  }
  refuse(
    lost.map((name) => ({
      path: name,
      problem: `is not in "${path}", but this stack was deployed with it (${secretSpecs[name].purpose}); put the old line back, or ${ways}`,
    })),
  );
}

function refuse(problems: readonly Problem[]): void {
  if (problems.length > 0) throw new ConfigError(problems);
}

function lostSecret(
  name: SecretName,
  path: string,
  files: ReadonlyMap<SecretName, string>,
): Problem {
  const { purpose } = secretSpecs[name];
  return {
    path: name,
    problem: `is not in "${path}", but this folder was generated with it (${purpose}); put the old line back; or, when the data is not wanted, run "down --delete-data" and then remove "${files.get(name)}"`,
  };
}
