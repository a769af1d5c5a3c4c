import { homedir } from "node:os";
import { dirname, join, resolve } from "node:path";
import { ConfigError, topologyNames, type Topology } from "../constructs/mlflow/index.js";
import { formatSettingsFile } from "../env/example.js";
import { loadDeployment, type LoadedDeployment, type Machine } from "../env/load.js";
import { readDotenvFile } from "./tools/dotenv-file.js";
import { selfCommand } from "./tools/self.js";

/** Options that `generate`, `up` and `init` share, as commander gives them. */
export interface SettingsOptions {
  readonly envFile?: string;
  readonly out?: string;
  readonly set?: readonly string[];
  readonly runtime?: string;
  readonly name?: string;
  readonly profile?: string;
  readonly host?: string;
  readonly port?: string;
  readonly publicUrl?: readonly string[];
  readonly dataDirectory?: string;
}

export interface Settings extends LoadedDeployment {
  readonly topology: Topology;
  /** Absolute path of the output folder. */
  readonly out: string;
  /** What flags changed, to be kept in the folder's env file; undefined: nothing to keep. */
  readonly keep: { readonly text: string } | undefined;
}

/** Settings that stay with an output folder; read whenever no other file is named. */
export const settingsFileName = "mlstack.env";

export const defaultOut = (topology: Topology): string => join("mlflow", topology);

/** @throws {ConfigError} when `text` is not a topology */
export function parseTopology(text: string): Topology {
  const topology = topologyNames.find((name) => name === text);
  if (topology) return topology;
  const names = topologyNames.map((name) => `"${name}"`).join(" or ");
  throw new ConfigError([{ path: "topology", problem: `must be ${names}; got "${text}"` }]);
}

/** Absolute path of a file that a flag names. */
export const flagPath = (path: string): string => resolve(expandHome(path));

export const outFolder = (topology: Topology, options: SettingsOptions): string =>
  flagPath(options.out ?? defaultOut(topology));

const expandHome = (path: string): string =>
  /^~(?=$|[\\/])/.test(path) ? join(homedir(), path.slice(1)) : path;

/** The machine that this command runs on. @param directory - what a relative path is relative to */
export const thisMachine = (directory: string): Machine => ({
  pathStyle: process.platform === "win32" ? "windows" : "posix",
  directory,
  ...user(),
});

function user(): { readonly user?: string } {
  const [uid, gid] = [process.getuid?.(), process.getgid?.()];
  return uid === undefined || uid === 0 || gid === undefined || gid === 0
    ? {}
    : { user: `${uid}:${gid}` };
}

/**
 * Flags, then the env file, then defaults. Nothing else of the shell is read: a stray
 * `AWS_ACCESS_KEY_ID` must not end up in somebody's RustFS. Flags are kept in the folder's own env
 * file, so that the next run without them changes nothing; a file named with `--env-file` is not.
 *
 * @throws {ConfigError} with every problem
 */
export function readSettings(topologyText: string, options: SettingsOptions): Settings {
  const topology = parseTopology(topologyText);
  const out = outFolder(topology, options);
  const file = flagPath(options.envFile ?? join(out, settingsFileName));
  const kept = readEnvFile(file, options.envFile !== undefined);
  const flags = flagValues(options);
  const values = { ...kept, ...flags };
  const loaded = loadDeployment(topology, values, thisMachine(dirname(file)));
  const changed = Object.entries(flags).some(([name, value]) => kept[name] !== value);
  const keep =
    options.envFile === undefined && changed
      ? { text: formatSettingsFile(topology, values) }
      : undefined;
  return { topology, out, keep, ...loaded };
}

function readEnvFile(path: string, required: boolean): Readonly<Record<string, string>> {
  const values = readDotenvFile(path);
  if (values) return values;
  if (!required) return {};
  const problem = `must be a file; there is none at "${path}"; make one with "${selfCommand()} init"`;
  throw new ConfigError([{ path: "--env-file", problem }]);
}

/** Each flag is one variable; `--set NAME=value` is all the others. */
export function flagValues(options: SettingsOptions): Record<string, string> {
  const flags: Readonly<Record<string, string | undefined>> = {
    MLSTACK_RUNTIME: options.runtime,
    MLSTACK_NAME: options.name,
    MLSTACK_PROFILE: options.profile,
    MLFLOW_HOST: options.host,
    MLFLOW_PORT: options.port,
    MLSTACK_PUBLIC_URLS: options.publicUrl?.join(","),
    MLSTACK_DATA_DIRECTORY: options.dataDirectory && absolute(options.dataDirectory),
  };
  const values: Record<string, string> = {};
  for (const [name, value] of Object.entries(flags)) if (value !== undefined) values[name] = value;
  const problems = (options.set ?? []).flatMap((text) => {
    const match = /^([A-Za-z_][A-Za-z0-9_]*)=(.*)$/s.exec(text);
    if (match) values[match[1] as string] = match[2] as string;
    // Only what may be a name is shown: the rest may be a password.
    const start = /^[A-Z_]*/.exec(text)?.[0] ?? "";
    return match ? [] : [{ path: "--set", problem: `must be NAME=value; begins with "${start}"` }];
  });
  if (problems.length > 0) throw new ConfigError(problems);
  return values;
}

/** A flag is relative to where it was typed, also when it is read again from elsewhere. */
const absolute = (path: string): string =>
  /^([A-Za-z]:|[\\/~]|[A-Za-z]+:)/.test(path) ? expandHome(path) : resolve(path);
