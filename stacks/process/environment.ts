import { createHash } from "node:crypto";
import { existsSync, readdirSync, renameSync, rmSync } from "node:fs";
import { join } from "node:path";
import { formatRequirements } from "../../compose-templates/index.js";
import {
  ConfigError,
  planContainers,
  requireTarget,
  type Problem,
} from "../../constructs/mlflow/index.js";
import { readIfExists, writeFileAtomically } from "../tools/files.js";
import { cacheDirectory, makeCache, removeAbandoned } from "./cache.js";
import type { ProcessContext } from "./context.js";
import { installEnvironment } from "./install.js";
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
 * The Python environment of the deployment; made first where it is missing.
 *
 * @throws {ConfigError} without a suitable Python
 */
export async function prepareEnvironment(context: ProcessContext): Promise<PythonEnvironment> {
  return findEnvironment(context) ?? (await make(context, wanted(context)));
}

/** Why the environment could not be made here; `complete`: it is there already. Makes nothing. */
export async function missingPython(
  context: ProcessContext,
): Promise<readonly Problem[] | "complete"> {
  if (findEnvironment(context)) return "complete";
  try {
    await findPython(!(await hasUv()));
    return [];
  } catch (error) {
    if (error instanceof ConfigError) return error.problems;
    throw error;
  }
}

/** The environment, where it is complete. */
function findEnvironment(context: ProcessContext): PythonEnvironment | undefined {
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
