import { dirname, join, resolve } from "node:path";
import { ConfigError, topologyNames, type Topology } from "../constructs/mlflow/index.js";
import { editSettingsFile, formatSettingsFile } from "../env/example.js";
import {
  loadDeployment,
  type LoadedDeployment,
  type Machine,
  type SettingsScope,
} from "../env/load.js";
import { readDotenvFile } from "./tools/dotenv-file.js";
import { readIfExists } from "./tools/files.js";
import { flagPath, flagValues, type FlagOptions } from "./tools/flags.js";
import { selfCommand } from "./tools/self.js";

/** Options that `generate`, `up` and `init` share, as commander gives them. */
export interface SettingsOptions extends FlagOptions {
  readonly envFile?: string;
  readonly out?: string;
}

export interface Settings extends LoadedDeployment {
  readonly topology: Topology;
  /** Absolute path of the output folder. */
  readonly out: string;
  /** The env file, for messages on what is wrong in it. */
  readonly source: string;
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

/** @throws {ConfigError} for an empty `--out`, which is a shell variable that is not set */
export function outFolder(standard: string, options: SettingsOptions): string {
  const { out = standard } = options;
  if (out.trim() !== "") return flagPath(out);
  throw new ConfigError([{ path: "--out", problem: 'must be a folder; got ""' }]);
}

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
 * Flags, then the env file, then defaults. No setting is read from the shell: a stray
 * `AWS_ACCESS_KEY_ID` must not end up in somebody's RustFS. Flags, and the path of a file
 * named with `-e`, are kept in the folder's own env file, so that the next run without them changes
 * nothing.
 *
 * @throws {ConfigError} with every problem
 */
export function readSettings(topologyText: string, options: SettingsOptions): Settings {
  const topology = parseTopology(topologyText);
  const out = outFolder(defaultOut(topology), options);
  const { values, file, keep } = readValues(out, options, flagValues(options), () => topology);
  const loaded = loadDeployment(topology, values, thisMachine(dirname(file)));
  return { topology, out, keep, source: `"${file}"`, ...loaded };
}

/** Variables of an output folder, before they are understood. */
interface FolderValues {
  readonly values: Readonly<Record<string, string>>;
  /** The env file that they are from. */
  readonly file: string;
  readonly keep: Settings["keep"];
}

/** @param topologyOf - the topology that the values name, for the text of a new file */
export function readValues(
  out: string,
  options: SettingsOptions,
  flags: Readonly<Record<string, string>>,
  topologyOf: (values: Readonly<Record<string, string>>) => Topology,
  scope: SettingsScope = "folder",
): FolderValues {
  const own = join(out, settingsFileName);
  const kept = readDotenvFile(own) ?? {};
  const asked = options.envFile === undefined ? undefined : flagPath(options.envFile);
  if (asked === own) readNamedFile(own, options, own);
  // Another file takes the place of everything that earlier flags left.
  const replaces = asked !== undefined && asked !== own;
  const file = replaces ? asked : recordedFile(own, kept);
  const base = file === own ? {} : readNamedFile(file, options, own);
  const values = { ...base, ...(replaces ? {} : kept), ...flags };
  const gone = replaces ? Object.keys(kept).map((name) => [name, undefined] as const) : [];
  const wanted = {
    ...Object.fromEntries(gone),
    ...(file === own ? {} : { [envFileVariable]: file }),
    ...flags,
  };
  const changed = Object.entries(wanted).filter(([name, value]) => kept[name] !== value);
  if (changed.length === 0) return { values, file, keep: undefined };
  const text = settingsText(topologyOf(values), own, Object.fromEntries(changed), scope);
  return { values, file, keep: { text } };
}

/** Names the file of `-e` in the folder's own, so that the next run without it is the same. */
const envFileVariable = "MLSTACK_ENV_FILE";

function recordedFile(own: string, kept: Readonly<Record<string, string>>): string {
  const recorded = kept[envFileVariable];
  return recorded === undefined || recorded === "" ? own : resolve(dirname(own), recorded);
}

function readNamedFile(
  path: string,
  options: SettingsOptions,
  own: string,
): Readonly<Record<string, string>> {
  const values = readDotenvFile(path);
  if (values) return values;
  throw new ConfigError([
    options.envFile === undefined
      ? {
          path: envFileVariable,
          problem: `in "${own}" names the settings of this folder, and there is no file "${path}"; put it back, or name another one with -e`,
        }
      : {
          path: "--env-file",
          problem: `must be a file; there is none at "${path}"; make one with "${selfCommand()} init"`,
        },
  ]);
}

/**
 * The text of an env file with other values: of one that is there only their lines change.
 *
 * @param values - undefined: the variable shall not be set
 */
export function settingsText(
  topology: Topology,
  file: string,
  values: Readonly<Record<string, string | undefined>>,
  scope: SettingsScope = "folder",
): string {
  const before = readIfExists(file);
  if (before !== undefined) return editSettingsFile(before, values);
  const set = Object.entries(values).filter(
    (entry): entry is [string, string] => entry[1] !== undefined,
  );
  return formatSettingsFile(topology, Object.fromEntries(set), scope);
}
