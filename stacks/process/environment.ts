import { createHash } from "node:crypto";
import { existsSync, readdirSync, renameSync, rmSync } from "node:fs";
import { homedir } from "node:os";
import { join } from "node:path";
import { formatRequirements } from "../../compose-templates/index.js";
import { ConfigError, planContainers, requireTarget } from "../../constructs/mlflow/index.js";
import { makeFolder, readIfExists, writeFileAtomically } from "../tools/files.js";
import type { ProcessContext } from "./context.js";
import { installEnvironment } from "./install.js";
import { isAlive } from "../tools/is-alive.js";
import { findPython } from "./python.js";
import { hasUv } from "./uv.js";

/** A complete Python environment. */
export interface PythonEnvironment {
  readonly directory: string;
  readonly python: string;
}

/** What the marker of a complete environment says. */
interface Marker {
  /** The interpreter that it was made from and still needs. */
  readonly executable: string;
}

const markerName = "mlflow-stacks.json";

/**
 * Makes the Python environment of the deployment, unless it is there already.
 *
 * @throws {ConfigError} without a suitable Python
 */
export async function ensureEnvironment(context: ProcessContext): Promise<void> {
  await prepareEnvironment(context);
}

/** The environment; made first where it is missing. */
export async function prepareEnvironment(context: ProcessContext): Promise<PythonEnvironment> {
  return findEnvironment(context) ?? (await make(context, wanted(context)));
}

/** The environment, where it is complete. */
export function findEnvironment(context: ProcessContext): PythonEnvironment | undefined {
  const { cache, prefix } = wanted(context);
  if (!existsSync(cache)) return undefined;
  // Any Python's will do, so a server keeps its environment when another Python comes to PATH.
  return readdirSync(cache)
    .filter((name) => name.startsWith(`${prefix}-`) && !name.endsWith(".partial"))
    .sort()
    .map((name) => environmentAt(join(cache, name)))
    .find(isComplete);
}

interface Wanted {
  readonly cache: string;
  /** Start of the folder's name; the version of Python follows. */
  readonly prefix: string;
  readonly lock: string;
}

function wanted({ deployment, assets }: ProcessContext): Wanted {
  requireTarget(deployment, "process");
  const lock = formatRequirements(assets, planContainers(deployment).requirements);
  // A home folder may be shared by machines of different kinds.
  const prefix = `${process.platform}-${process.arch}-${hash(lock)}`;
  return { cache: cacheDirectory(), prefix, lock };
}

/** Environments are large and the same for every deployment, so they are the user's, not one's. */
function cacheDirectory(): string {
  const { XDG_CACHE_HOME, LOCALAPPDATA } = process.env;
  const home = homedir();
  const base =
    process.platform === "win32"
      ? LOCALAPPDATA || join(home, "AppData", "Local")
      : process.platform === "darwin"
        ? join(home, "Library", "Caches")
        : XDG_CACHE_HOME?.startsWith("/")
          ? XDG_CACHE_HOME
          : join(home, ".cache");
  return join(base, "mlflow-stacks", "python");
}

const hash = (text: string): string => createHash("sha256").update(text).digest("hex").slice(0, 12);

const environmentAt = (directory: string): PythonEnvironment => ({
  directory,
  python:
    process.platform === "win32"
      ? join(directory, "Scripts", "python.exe")
      : join(directory, "bin", "python"),
});

/** Also not when its base interpreter was removed. */
function isComplete({ directory, python }: PythonEnvironment): boolean {
  const text = readIfExists(join(directory, markerName));
  if (text === undefined || !existsSync(python)) return false;
  return existsSync((JSON.parse(text) as Marker).executable);
}

async function make(
  context: ProcessContext,
  { cache, prefix, lock }: Wanted,
): Promise<PythonEnvironment> {
  const uv = await hasUv();
  const python = await findPython(!uv);
  const directory = join(cache, `${prefix}-${python.version}`);
  const partial = `${directory}.${process.pid}.partial`;
  makeCache(cache);
  removeAbandoned(cache);
  try {
    const { python: own } = environmentAt(partial);
    await installEnvironment({ context, base: python, uv, directory: partial, python: own, lock });
    const marker: Marker = { executable: python.executable };
    writeFileAtomically(join(partial, markerName), `${JSON.stringify(marker)}\n`, 0o644);
    return publish(partial, environmentAt(directory));
  } finally {
    rmSync(partial, { recursive: true, force: true });
  }
}

/** Gives a complete environment its name, unless another run was first. */
function publish(partial: string, environment: PythonEnvironment): PythonEnvironment {
  if (isComplete(environment)) return environment;
  rmSync(environment.directory, { recursive: true, force: true });
  renameSync(partial, environment.directory);
  return environment;
}

function makeCache(cache: string): void {
  try {
    makeFolder(cache);
  } catch (error) {
    const reason = (error as Error).message;
    throw new ConfigError([
      {
        path: process.platform === "linux" ? "XDG_CACHE_HOME" : "cache folder",
        problem: `must be writable for the Python environment; got "${cache}" (${reason})`,
      },
    ]);
  }
}

/** What killed runs left behind. */
function removeAbandoned(cache: string): void {
  for (const name of readdirSync(cache)) {
    const pid = /\.(\d+)\.partial$/.exec(name)?.[1];
    if (pid === undefined || isAlive(Number(pid))) continue;
    rmSync(join(cache, name), { recursive: true, force: true });
  }
}
