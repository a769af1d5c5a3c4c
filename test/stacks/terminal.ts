import { execa } from "execa";
import { join } from "node:path";
import type { Ran } from "./command.js";

/** Text of a question, and the keys that answer it. */
export type Step = readonly [waitFor: string, keys: string];

export const enter = "\r";
export const down = "\u001b[B";
export const interrupt = "\u0003";

/** Runs the command on a terminal of its own and types when asked. */
export async function onTerminal(
  script: string,
  words: readonly string[],
  cwd: string,
  steps: readonly Step[],
): Promise<Ran> {
  const env = { PATH: process.env["PATH"] ?? "", HOME: cwd, TERM: "xterm", NO_COLOR: "1" };
  const job = { words: [process.execPath, script, ...words], cwd, env, steps };
  const program = join(import.meta.dirname, "terminal.py");
  const { exitCode, stdout, stderr } = await execa("python3", [program, JSON.stringify(job)], {
    reject: false,
    timeout: 40_000,
  });
  return { exitCode, stdout, stderr };
}

/** Whether there is a Python to open a terminal with. */
export const hasTerminal = async (): Promise<boolean> =>
  process.platform !== "win32" &&
  (
    await execa("python3", ["-c", "import pty, sys; sys.exit(sys.version_info < (3, 10))"], {
      reject: false,
    })
  ).exitCode === 0;
