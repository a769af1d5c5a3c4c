/** Lines of a program's output that a message shows. */
const shownLines = 12;

/**
 * A step that failed: its name, the program's own last lines, and what to try next.
 *
 * @param output - what the program printed; secrets are taken out by the caller
 */
export function stepFailed(step: string, output: string, next: string): Error {
  const lines = output.trimEnd().split(/\r\n|\n|\r/);
  const shown = lines.slice(-shownLines).map((line) => `  ${line}`);
  return new Error([`${step} failed`, ...(output.trim() === "" ? [] : shown), next].join("\n"));
}
