import { setTimeout as sleep } from "node:timers/promises";

/** What a look has found: the end, or how far it is. */
export type Look<T> =
  { readonly done: true; readonly result: T } | { readonly done: false; readonly state: string };

export const finished = <T>(result: T): Look<T> => ({ done: true, result });
export const going = (state: string): Look<never> => ({ done: false, state });

export interface WaitOptions {
  /** What is waited for: `the snapshot x`. */
  readonly what: string;
  readonly minutes: number;
  readonly pollSeconds: number;
}

/** It was not done in time, and may be yet. */
export class NotInTime extends Error {
  constructor({ what, minutes }: WaitOptions, state: string) {
    super(`${what}: not done after ${minutes} minutes (${state})`);
    this.name = "NotInTime";
  }
}

/**
 * Looks until it is done, and prints each state once.
 *
 * @throws {NotInTime}
 */
export async function waitFor<T>(options: WaitOptions, look: () => Promise<Look<T>>): Promise<T> {
  const { what, minutes, pollSeconds } = options;
  const deadline = performance.now() + minutes * 60_000;
  let said = "";
  for (;;) {
    const found = await look();
    if (found.done) return found.result;
    if (found.state !== said) console.log(`${what}: ${found.state}`);
    said = found.state;
    if (performance.now() > deadline) throw new NotInTime(options, said);
    await sleep(pollSeconds * 1000);
  }
}
