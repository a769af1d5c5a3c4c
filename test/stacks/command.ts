import { execa } from "execa";
import type { ChildProcess } from "node:child_process";
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join, relative } from "node:path";
import { afterAll, beforeAll } from "vitest";
import { parseDotenv } from "../../env/dotenv.js";

const root = join(import.meta.dirname, "../..");

export interface Ran {
  readonly exitCode: number | undefined;
  readonly stdout: string;
  readonly stderr: string;
}

export interface RunOptions {
  readonly cwd?: string;
  readonly env?: Readonly<Record<string, string>>;
  readonly input?: string;
  /** `pipe`: one that stays open. @default "ignore" */
  readonly stdin?: "ignore" | "pipe";
  /** Milliseconds. */
  readonly timeout?: number;
}

/** A command that runs. */
export type Started = ChildProcess & Promise<{ readonly exitCode?: number } & Texts>;

interface Texts {
  readonly stdout?: unknown;
  readonly stderr?: unknown;
}

/** The command as people have it: bundled, run by node, in folders of its own. */
export interface Command {
  /** Path of the bundle. */
  script(): string;
  /** A new empty folder. */
  folder(): string;
  /** Starts it without waiting; a failure is no exception. */
  start(words: readonly string[], options?: RunOptions): Started;
  run(words: readonly string[], options?: RunOptions): Promise<Ran>;
}

/** Builds the command before a file's tests, and removes it and every folder after them. */
export function builtCommand(): Command {
  const scratch = mkdtempSync(join(tmpdir(), "mlstack-test-"));
  // Below the package, as `dist` is: the command looks for its texts from there.
  const bundles = join(root, "node_modules", ".cache");
  let bundle = "";
  beforeAll(async () => {
    mkdirSync(bundles, { recursive: true });
    bundle = mkdtempSync(join(bundles, "mlstack-"));
    await execa("node", ["scripts/build.mjs", relative(root, bundle)], { cwd: root });
    symlinkSync(process.execPath, join(binFolder(), "node"));
  });
  afterAll(() => {
    rmSync(scratch, { recursive: true, force: true });
    rmSync(bundle, { recursive: true, force: true });
  });
  const binFolder = () => {
    const path = join(scratch, "bin");
    mkdirSync(path, { recursive: true });
    return path;
  };
  const script = () => join(bundle, "mlstack.mjs");
  const folder = () => mkdtempSync(join(scratch, "run-"));
  const start: Command["start"] = (
    words,
    { cwd = folder(), env = {}, input, stdin, timeout } = {},
  ) =>
    execa(process.execPath, [script(), ...words], {
      cwd,
      // Node alone: no engine, and nothing of whoever runs the tests.
      env: { PATH: binFolder(), HOME: scratch, NO_COLOR: "1", ...env },
      extendEnv: false,
      reject: false,
      timeout: timeout ?? 30_000,
      killSignal: "SIGKILL",
      ...(input === undefined ? { stdin: stdin ?? "ignore" } : { input }),
    }) as unknown as Started;
  const run: Command["run"] = async (words, options) => {
    const { exitCode, stdout, stderr } = await start(words, options);
    return { exitCode, stdout: String(stdout), stderr: String(stderr) };
  };
  return { script, folder, start, run };
}

/** Every file below a folder with its text; an empty object where there is no folder. */
export function filesIn(folder: string): Record<string, string> {
  if (!existsSync(folder)) return {};
  const files = readdirSync(folder, { recursive: true, withFileTypes: true }).filter((entry) =>
    entry.isFile(),
  );
  const paths = files.map(({ parentPath, name }) => join(parentPath, name));
  return Object.fromEntries(
    paths.map((path) => [relative(folder, path), readFileSync(path, "utf8")]),
  );
}

/** When anything below a folder was last changed, by path. */
export function timesIn(folder: string): Record<string, number> {
  const names = [".", ...(readdirSync(folder, { recursive: true }) as string[])];
  return Object.fromEntries(names.map((name) => [name, statSync(join(folder, name)).mtimeMs]));
}

/** Values of an env file. */
export const valuesOf = (path: string): Readonly<Record<string, string>> =>
  parseDotenv(readFileSync(path, "utf8")).values;

/** Permissions of a file, such as `600`. */
export const modeOf = (path: string): string => (statSync(path).mode & 0o777).toString(8);
