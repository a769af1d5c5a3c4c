import { execa, execaSync } from "execa";
import { createHash } from "node:crypto";
import { existsSync, mkdirSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { homedir } from "node:os";
import { delimiter, join, resolve } from "node:path";
import { timed, waitUntil } from "./running-stack.js";

const windows = process.platform === "win32";
const folderOf = (environment: string): string => join(environment, windows ? "Scripts" : "bin");

/** Path of a program of the environment. */
export const programOf = (environment: string, name: string): string =>
  join(folderOf(environment), windows ? `${name}.exe` : name);

/** Variables for its programs, of which some start others. */
export const variablesOf = (environment: string): Readonly<Record<string, string>> => ({
  PATH: `${folderOf(environment)}${delimiter}${process.env["PATH"] ?? ""}`,
  NO_PROXY: "127.0.0.1,localhost",
  MLFLOW_DISABLE_TELEMETRY: "true",
  GIT_PYTHON_REFRESH: "quiet",
  PYTHONUTF8: "1",
  // Of the scripts beside the tests; the packages have theirs.
  PYTHONDONTWRITEBYTECODE: "1",
});

/** The Python environment of the client. */
export const clientEnvironment = (): Promise<string> =>
  pythonEnvironment("e2e-python", resolve(import.meta.dirname, "../../e2e/requirements.txt"));

/** A Python environment: made once for each content of `requirements`. */
export async function pythonEnvironment(label: string, requirements: string): Promise<string> {
  const hash = createHash("sha256").update(readFileSync(requirements)).digest("hex").slice(0, 12);
  const cache = process.env["XDG_CACHE_HOME"] || join(homedir(), ".cache");
  const directory = join(cache, "mlflow-stacks", `${label}-${hash}`);
  const complete = join(directory, "complete");
  if (existsSync(complete)) return directory;
  const lock = `${directory}.lock`;
  mkdirSync(join(cache, "mlflow-stacks"), { recursive: true });
  await waitUntil(`the lock ${lock}`, 15 * 60, () => Promise.resolve(takeLock(lock)));
  try {
    if (!existsSync(complete)) {
      await timed(label, () => makeEnvironment(directory, requirements));
      writeFileSync(complete, "");
    }
  } finally {
    rmSync(lock, { recursive: true, force: true });
  }
  return directory;
}

function takeLock(lock: string): boolean {
  try {
    mkdirSync(lock);
    return true;
  } catch {
    const abandoned = existsSync(lock) && Date.now() - statSync(lock).mtimeMs > 15 * 60_000;
    if (abandoned) rmSync(lock, { recursive: true, force: true });
    return false;
  }
}

async function makeEnvironment(directory: string, requirements: string): Promise<void> {
  rmSync(directory, { recursive: true, force: true });
  const python = programOf(directory, "python");
  if (execaSync("uv", ["--version"], { reject: false }).exitCode === 0) {
    await execa("uv", ["venv", "--quiet", "--no-project", directory]);
    // As pip does by itself. Without bytecode every start of Python compiles all of MLflow anew.
    const words = ["--quiet", "--compile-bytecode", "--python", python, "-r", requirements];
    await execa("uv", ["pip", "install", ...words]);
  } else {
    await execa(windows ? "python" : "python3", ["-m", "venv", directory]);
    await execa(python, ["-m", "pip", "install", "--quiet", "-r", requirements]);
  }
}
