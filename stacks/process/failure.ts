import type { SecretValues } from "../../compose-templates/index.js";

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

/** `text` without the values of secrets, whole or as parts of a URI. */
export function redact(text: string, secrets: SecretValues): string {
  const values = Object.values(secrets).flatMap((value) => {
    if (!value) return [];
    const password = /^[^:]+:\/\/[^:/@]*:([^/]*)@/.exec(value)?.[1];
    return password ? [value, password, decode(password)] : [value];
  });
  return values
    .sort((a, b) => b.length - a.length)
    .reduce((clean, value) => clean.replaceAll(value, "***"), text);
}

function decode(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
