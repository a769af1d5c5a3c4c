import { execa, type Result } from "execa";
import { mkdtempSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import type { Readable } from "node:stream";

const program = resolve(import.meta.dirname, "../../../dist/mlstack.mjs");

/** CI has colours without a terminal, and the tests compare texts. */
const plain = (env: Readonly<Record<string, string>>) =>
  ({ stdin: "ignore", all: true, env: { NO_COLOR: "1", ...env } }) as const;

/**
 * Runs the built command as a user without a terminal does. Throws with its output on failure.
 *
 * @param env - variables beside those of this process
 */
export const mlstack = (
  words: readonly string[],
  env: Readonly<Record<string, string>> = {},
): Promise<Result> => execa(process.execPath, [program, ...words], plain(env));

/** A command at work; awaited, its end. */
export type Running = Promise<{
  readonly exitCode?: number | undefined;
  readonly all: string;
}> & {
  readonly pid?: number | undefined;
  /** Both outputs, as they come. */
  readonly all: Readable;
  kill(signal: NodeJS.Signals): boolean;
};

/** The same, for a command that may fail or be ended by a signal. */
export const startMlstack = (
  words: readonly string[],
  env: Readonly<Record<string, string>> = {},
): Running => execa(process.execPath, [program, ...words], { ...plain(env), reject: false });

/** The same, for a failure that the test is about. */
export const mlstackFails = async (words: readonly string[]): Promise<string> => {
  const result = await execa(process.execPath, [program, ...words], {
    ...plain({}),
    reject: false,
  });
  if (result.exitCode === 0) throw new Error(`mlstack ${words[0]} succeeded:\n${result.all}`);
  return String(result.all);
};

export const temporaryFolder = (label: string): string =>
  mkdtempSync(join(tmpdir(), `mlstack-e2e-${label}-`));
