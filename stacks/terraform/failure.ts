import type { Diagnostic } from "./messages.js";
import { describeLock } from "./lock-message.js";

/** One thing that went wrong, in Terraform's and the provider's own words, redacted. */
export interface Failure {
  /** Resource that failed; undefined: the run as a whole. */
  readonly address: string | undefined;
  /** What people call the resource. */
  readonly name: string | undefined;
  readonly summary: string;
  readonly detail: string;
  /** The last lines that its provisioner printed; at most 15. */
  readonly output: readonly string[];
}

/** A run of Terraform that did not do what was asked. The message lists every failure. */
export class TerraformError extends Error {
  /**
   * @param failures - empty when Terraform itself said nothing that can be read
   * @param interrupted - it was stopped by the abort signal, and not by a failure
   */
  constructor(
    message: string,
    readonly failures: readonly Failure[] = [],
    readonly interrupted = false,
  ) {
    super(message);
    this.name = "TerraformError";
  }
}

/** Lines of a provisioner's output that a message shows. */
const shownLines = 15;

/** Bytes of its end that Terraform keeps of a provisioner's output. */
const keptBytes = 8 * 1024;

/** What follows from an error, and not what it was. */
const consequences = new Set(["execution halted", "operation canceled"]);

/**
 * The failure that an error is.
 *
 * @param earlier - the last lines that the resource's provisioner printed, for errors without them
 */
export function failureOf(
  diagnostic: Diagnostic,
  names: (address: string) => string,
  clean: (text: string) => string,
  earlier: readonly string[],
): Failure {
  const { address } = diagnostic;
  const name = address === undefined ? undefined : names(address);
  const about = { address, name };
  const lock = describeLock(clean(diagnostic.detail));
  if (lock !== undefined) return { ...about, summary: "the state is locked", ...lock };
  // The script is long and nobody's own; Terraform hides its output elsewhere, but not here.
  const ran = /^Error running command '[^]*?': ([^.\n]+)\. Output: ([^]*)$/.exec(diagnostic.detail);
  if (ran !== null) {
    const [, end = "", output = ""] = ran;
    return {
      ...about,
      summary: `its command failed: ${clean(end)}`,
      detail: "",
      output: tail(clean, output),
    };
  }
  return {
    ...about,
    summary: clean(diagnostic.summary),
    detail: clean(diagnostic.detail).trim(),
    output: earlier.slice(-shownLines),
  };
}

/** The last lines, without one that Terraform cut: it may begin with half a secret. */
function tail(clean: (text: string) => string, output: string): string[] {
  const isCut = Buffer.byteLength(output) >= keptBytes;
  const whole = isCut ? output.slice(output.indexOf("\n") + 1 || output.length) : output;
  return clean(whole)
    .trimEnd()
    .split(/\r?\n/)
    .filter((line) => line !== "")
    .slice(-shownLines);
}

/** Failures without those that only follow from others. */
export function essential(failures: readonly Failure[]): readonly Failure[] {
  const causes = failures.filter(({ summary }) => !consequences.has(summary));
  return causes.length > 0 ? causes : failures.slice(0, 1);
}

/**
 * Failures in words: the resource, what it said, what its command printed.
 *
 * @param title - such as `terraform apply failed`
 */
export function describeFailures(title: string, failures: readonly Failure[]): string {
  const texts = failures.flatMap(({ address, name, summary, detail, output }) => {
    const known = name === address ? address : `${name} (${address})`;
    const indented = [...(detail === "" ? [] : detail.split("\n")), ...output];
    return [
      address === undefined ? summary : `${known}: ${summary}`,
      ...indented.map((line) => `  ${line}`.trimEnd()),
    ];
  });
  return [title, ...texts].join("\n");
}
