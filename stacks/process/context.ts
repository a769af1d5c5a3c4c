import type { BuildContextAssets, SecretValues } from "../../compose-templates/index.js";
import {
  ConfigError,
  joinHostPath,
  parseHostPath,
  type HostPath,
  type MlflowDeployment,
  type PathStyle,
} from "../../constructs/mlflow/index.js";

/** What the process runtime works on. */
export interface ProcessContext {
  readonly deployment: MlflowDeployment;
  /** The output folder, absolute. */
  readonly out: string;
  readonly secrets: SecretValues;
  readonly assets: BuildContextAssets;
  /** Told each step, one line at a time. */
  readonly report?: (line: string) => void;
  readonly signal?: AbortSignal;
}

/** How this machine spells paths. */
export const pathStyle = (): PathStyle => (process.platform === "win32" ? "windows" : "posix");

/** Where everything of one deployment is, in the output folder but for the data. */
export interface ProcessFolders {
  /** The output folder. */
  readonly root: HostPath;
  /** `run.py` and its helpers, the same files that the image is built from. */
  readonly scripts: HostPath;
  /** State, log, lock; the server's working directory. */
  readonly process: HostPath;
  readonly temporary: HostPath;
  readonly secrets: HostPath;
}

/** @throws {ConfigError} for an output folder that can't be used, such as a network path */
export function processFolders(out: string): ProcessFolders {
  const parsed = parseHostPath(out, pathStyle(), out);
  if (!parsed.ok) throw new ConfigError([{ path: "--out", problem: parsed.problem }]);
  const folder = joinHostPath(parsed.value, "process");
  return {
    root: parsed.value,
    scripts: joinHostPath(parsed.value, "tracking-server"),
    process: folder,
    temporary: joinHostPath(folder, "tmp"),
    secrets: joinHostPath(folder, "secrets"),
  };
}

/** The user's data folder, or `data` in the output folder. */
export function dataFolder({ deployment, out }: ProcessContext): HostPath {
  const { dataDirectory } = deployment.trackingServer;
  return dataDirectory ?? joinHostPath(processFolders(out).root, "data");
}

export const stateFile = (out: string): string => `${processFolders(out).process.path}/state.json`;
export const lockFile = (out: string): string => `${processFolders(out).process.path}/lock`;
export const logFile = (out: string): string =>
  `${processFolders(out).process.path}/tracking-server.log`;
