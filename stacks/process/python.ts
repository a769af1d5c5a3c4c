import { execa } from "execa";
import { ConfigError } from "../../constructs/mlflow/index.js";

/** A Python that can make environments. */
export interface Python {
  /** Absolute path of the interpreter itself, not of a shim or of an environment made from it. */
  readonly executable: string;
  /** `3.12.4` */
  readonly version: string;
}

/** What one candidate said. */
export interface PythonAnswer extends Python {
  /** Whether it has `venv` and `ensurepip`; Debian ships them apart. */
  readonly venv: boolean;
  /** CPython with the usual lock, for which every locked package has wheels. */
  readonly usual: boolean;
}

/** Runs a program and gives what it printed, or undefined where it is missing or fails. */
export type Run = (program: string, args: readonly string[]) => Promise<string | undefined>;

const oldest = [3, 10] as const;

/** `_base_executable`: inside an active environment its own python would vanish with it. */
const question = `
import importlib.util as u, json, platform, sys, sysconfig
print(json.dumps({
  "executable": getattr(sys, "_base_executable", None) or sys.executable,
  "version": platform.python_version(),
  "venv": all(u.find_spec(name) for name in ("venv", "ensurepip")),
  "usual": sys.implementation.name == "cpython" and not sysconfig.get_config_var("Py_GIL_DISABLED"),
}))`;

type Candidate = readonly [program: string, ...args: string[]];

const plainNames: readonly Candidate[] =
  process.platform === "win32"
    ? [["py", "-3"], ["python"], ["python3"]]
    : [["python3"], ["python"]];

/** Asked only when the plain names have nothing: macOS has 3.9 there beside a newer Homebrew one. */
const versionedNames: readonly Candidate[] = ["3.13", "3.12", "3.11", "3.10", "3.14"].map(
  (version) => (process.platform === "win32" ? ["py", `-${version}`] : [`python${version}`]),
);

/**
 * The newest suitable Python on PATH.
 *
 * @param needsVenv - it must make the environment itself, because there is no uv
 * @throws {ConfigError} naming what was found and what to install
 */
export async function findPython(needsVenv: boolean, run: Run = runProgram): Promise<Python> {
  const seen: PythonAnswer[] = [];
  for (const names of [plainNames, versionedNames]) {
    const answers = await Promise.all(names.map((name) => ask(name, run)));
    seen.push(...answers.filter((answer) => answer !== undefined));
    const suitable = seen.filter((answer) => isRecent(answer) && (answer.venv || !needsVenv));
    const newest = suitable.sort((a, b) => compareVersions(b.version, a.version))[0];
    if (newest) return { executable: newest.executable, version: newest.version };
  }
  throw new ConfigError([{ path: "python", problem: describe(seen) }]);
}

async function ask([program, ...args]: Candidate, run: Run): Promise<PythonAnswer | undefined> {
  const output = await run(program, [...args, "-I", "-c", question]);
  if (output === undefined) return undefined;
  try {
    const { executable, version, venv, usual } = JSON.parse(output) as PythonAnswer;
    return { executable, version, venv, usual };
  } catch {
    // Windows' store alias and other programs of that name print something else.
    return undefined;
  }
}

const numbers = (version: string): number[] =>
  version.split(".").map((part) => Number.parseInt(part, 10) || 0);

function compareVersions(a: string, b: string): number {
  const [left, right] = [numbers(a), numbers(b)];
  const index = left.findIndex((part, place) => part !== (right[place] ?? 0));
  return index < 0 ? 0 : (left[index] ?? 0) - (right[index] ?? 0);
}

const isRecent = ({ version, usual }: PythonAnswer): boolean =>
  usual && compareVersions(version, oldest.join(".")) >= 0;

function describe(seen: readonly PythonAnswer[]): string {
  const rule = `must be CPython ${oldest.join(".")} or newer`;
  const recent = seen.find(isRecent);
  if (recent) {
    const [major, minor] = numbers(recent.version);
    return `must have the modules venv and ensurepip; got Python ${recent.version} at "${recent.executable}" without; install them with "apt install python${major}.${minor}-venv", or install uv (https://docs.astral.sh/uv/)`;
  }
  const found = [
    ...new Set(seen.map(({ version, executable }) => `${version} at "${executable}"`)),
  ];
  const got = found.length === 0 ? "none on PATH" : found.join(", ");
  const install =
    process.platform === "win32"
      ? '"winget install Python.Python.3.13"'
      : process.platform === "darwin"
        ? '"brew install python@3.13"'
        : '"apt install python3 python3-venv" or your system\'s package for it';
  return `${rule}; got ${got}; install it with ${install}, with "uv python install 3.13", or use --runtime docker`;
}

async function runProgram(program: string, args: readonly string[]): Promise<string | undefined> {
  const result = await execa(program, args, { reject: false, timeout: 20_000, stdin: "ignore" });
  return result.failed ? undefined : result.stdout;
}
