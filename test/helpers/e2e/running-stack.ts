/** A deployment as the tests treat it, whatever it runs in. */
export interface RunningStack {
  readonly url: string;
  /** Folder that `mlstack generate` wrote. */
  readonly out: string;
  readonly username?: string;
  readonly password?: string;
  /** Long-running roles. */
  roles(): readonly string[];
  /** Generates again and starts over what runs. */
  up(): Promise<void>;
  restart(): Promise<void>;
  /** Kills the role's main process with SIGKILL and waits until the stack answers again. */
  kill9(role: string): Promise<void>;
  /** Changes whenever the role was started again or replaced. */
  startedAt(role: string): Promise<string>;
  down(removeData: boolean): Promise<void>;
}

export interface StackOptions {
  readonly topology: "localhost-files" | "localhost-database" | "remote-server";
  /** Short word that makes the deployment's name unique among the test files. */
  readonly label: string;
  /** More words for `mlstack`, such as `--set`. */
  readonly flags?: readonly string[];
  /** Text of the env file, `mlstack.env` of the folder. */
  readonly settings?: string;
}

/**
 * Seconds in which a stack must be healthy again after a kill. Alone it takes 5 to 20; there may be
 * another test file on the same two cores, in the middle of its own work.
 */
export const recoverySeconds = 120;

export const deploymentName = (label: string): string => `mlstack-e2e-${label}-${process.pid}`;

/** Prints how long `action` took. */
export async function timed<T>(what: string, action: () => Promise<T>): Promise<T> {
  const start = performance.now();
  const result = await action();
  console.log(`[e2e] ${what}: ${((performance.now() - start) / 1000).toFixed(1)} s`);
  return result;
}

/** Asks until `done`, at most `seconds` long. */
export async function waitUntil(
  what: string,
  seconds: number,
  done: () => Promise<boolean>,
): Promise<void> {
  const deadline = performance.now() + seconds * 1000;
  while (!(await done())) {
    if (performance.now() > deadline) throw new Error(`${what}: not after ${seconds} s`);
    await new Promise((resolve) => setTimeout(resolve, 200));
  }
}
