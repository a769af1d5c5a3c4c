import { homedir } from "node:os";
import { join, resolve } from "node:path";
import { Problems, secretNames, type SecretName } from "../../constructs/mlflow/index.js";

/** Flags that are variables, as commander gives them. */
export interface FlagOptions {
  readonly set?: readonly string[];
  readonly runtime?: string;
  readonly name?: string;
  readonly profile?: string;
  readonly host?: string;
  readonly port?: string;
  readonly publicUrl?: readonly string[];
  readonly dataDirectory?: string;
}

const dataDirectory = "MLSTACK_DATA_DIRECTORY";

/** Absolute path of a file that a flag names. */
export const flagPath = (path: string): string => resolve(expandHome(path));

const expandHome = (path: string): string =>
  /^~(?=$|[\\/])/.test(path) ? join(homedir(), path.slice(1)) : path;

/** A flag is relative to where it was typed, also when it is read again from elsewhere. */
const absolute = (path: string): string =>
  /^([\\/~]|[A-Za-z][A-Za-z0-9+.-]*:)/.test(path) ? expandHome(path) : resolve(path);

/** @throws {ConfigError} with each `--set` that can't be taken */
export function flagValues(options: FlagOptions): Record<string, string> {
  const problems = new Problems();
  const values = readFlags(options, problems);
  problems.throwIfAny();
  return values;
}

/**
 * Each flag is one variable; `--set NAME=value` is all the others, but no secret.
 *
 * @param whyNot - what to do with a secret instead; undefined: this value is none
 */
export function readFlags(
  options: FlagOptions,
  problems: Problems,
  whyNot: (name: SecretName, value: string) => string | undefined = () => notInFlags,
): Record<string, string> {
  const flags: Readonly<Record<string, string | undefined>> = {
    MLSTACK_RUNTIME: options.runtime,
    MLSTACK_NAME: options.name,
    MLSTACK_PROFILE: options.profile,
    MLFLOW_HOST: options.host,
    MLFLOW_PORT: options.port,
    MLSTACK_PUBLIC_URLS: options.publicUrl?.join(","),
    [dataDirectory]: options.dataDirectory && absolute(options.dataDirectory),
  };
  // An unset variable of somebody's script, which would work on the default one.
  if (options.name === "") problems.add("--name", "must not be empty; leave it out, or name one");
  const values: Record<string, string> = {};
  for (const [name, value] of Object.entries(flags)) if (value !== undefined) values[name] = value;
  for (const text of options.set ?? []) {
    const [, name = "", value = ""] = /^([A-Za-z_][A-Za-z0-9_]*)=(.*)$/s.exec(text) ?? [];
    // Only what may be a name is shown: the rest may be a password.
    const start = /^[A-Z_]*/.exec(text)?.[0] ?? "";
    const refused = holdsSecret(name, value) ? whyNot(name as SecretName, value) : undefined;
    if (name === "") problems.add("--set", `must be NAME=value; begins with "${start}"`);
    else if (refused !== undefined) problems.add(name, refused);
    else values[name] = name === dataDirectory && value !== "" ? absolute(value) : value;
  }
  return values;
}

const notInFlags =
  "must not be given with --set, because the shell's history and the list of processes show it; put it into an env file and pass that with -e FILE";

/** An empty value only takes one out of the env file; a file or SQLite URI has no password. */
const holdsSecret = (name: string, value: string): boolean =>
  (secretNames as readonly string[]).includes(name) &&
  value !== "" &&
  !(name === "MLFLOW_BACKEND_STORE_URI" && isLocal(value));

const isLocal = (uri: string): boolean =>
  /^(sqlite|file):/i.test(uri) || !/[@?]|^[a-z][a-z0-9+.-]+:/i.test(uri);
