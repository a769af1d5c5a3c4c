/** One thing wrong with the input, in the words the user typed. */
export interface Problem {
  /** Dotted path of the field or the environment variable, such as `artifactStore.bucket`. */
  readonly path: string;
  /** What is required; then `; got "x"` and, where known, `; use y`. Lower case, no full stop. */
  readonly problem: string;
}

/**
 * Wrong input. Lists every problem at once; a command that catches it exits with code 2.
 * A mistake of this project's own is a plain `Error` that starts with `bug:`.
 */
export class ConfigError extends Error {
  readonly problems: readonly Problem[];

  constructor(problems: readonly Problem[]) {
    super(problems.map(({ path, problem }) => `${path}: ${problem}`).join("\n"));
    this.name = "ConfigError";
    this.problems = problems;
  }
}

/** Collects problems in the order of the props, so that one run shows all of them. */
export class Problems {
  private readonly list: Problem[] = [];

  add(path: string, problem: string): void {
    this.list.push({ path, problem });
  }

  /** Records `problem` unless `valid`. @returns `valid`, so that later checks can depend on it */
  require(valid: boolean, path: string, problem: string): boolean {
    if (!valid) this.add(path, problem);
    return valid;
  }

  /** @returns what the work does; undefined: its problems are among these now */
  attempt<T>(work: () => T): T | undefined {
    try {
      return work();
    } catch (error) {
      if (!(error instanceof ConfigError)) throw error;
      this.list.push(...error.problems);
      return undefined;
    }
  }

  /** What was recorded, each problem once. */
  error(): ConfigError {
    const texts = this.list.map(({ path, problem }) => `${path}\0${problem}`);
    return new ConfigError(
      this.list.filter((_, index) => texts.indexOf(texts[index] ?? "") === index),
    );
  }

  /** @throws {ConfigError} when anything was recorded */
  throwIfAny(): void {
    if (this.list.length > 0) throw this.error();
  }
}

/** Makes a forgotten `kind` a compile error, and a loud one should it get past the compiler. */
export function unreachable(value: never): never {
  throw new Error(`bug: unhandled case ${JSON.stringify(value)}`);
}

/** Refuses what is no whole number from `low` to `high`. */
export function requireInteger(
  value: number,
  low: number,
  high: number,
  path: string,
  problems: Problems,
): void {
  const valid = Number.isInteger(value) && value >= low && value <= high;
  problems.require(valid, path, `must be a whole number from ${low} to ${high}; got "${value}"`);
}
