import { copyFileSync, existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { z } from "zod";
import { writeFileAtomically } from "../tools/files.js";
import { whatToTry } from "./advice.js";
import { describeBackend, type BackendBlock } from "./configuration.js";
import { TerraformError } from "./failure.js";
import type { Runner } from "./runner.js";

/** A state that was copied to where the configuration now says. */
export interface MovedState {
  /** Where it was, for people. */
  readonly from: string;
  readonly to: string;
  /** Path of the copy that was kept, mode 0600; undefined: there was nothing in it. */
  readonly copy: string | undefined;
}

/** A move to make. */
export interface Move {
  readonly from: BackendBlock;
  readonly to: BackendBlock;
  /** The value of `required_providers`. */
  readonly providers: unknown;
  readonly environment: Readonly<Record<string, string>>;
  /** What identifies the states that earlier moves left behind, by their place. */
  readonly left: Readonly<Record<string, string>>;
}

const stateFile = z.looseObject({
  lineage: z.string(),
  serial: z.number(),
  resources: z.array(z.unknown()),
});

/**
 * Copies a stack's state from one backend to another, while both are locked. Nothing in the stack's
 * folder changes but a copy that is kept, so a failure leaves the stack where it was.
 *
 * Terraform's `-force-copy` replaces whatever is at the other place, also the state of something
 * else: so that is looked at first.
 *
 * @returns also what identifies the state that now is left behind
 * @throws {TerraformError} when there is another state, or one of the places can't be reached
 */
export async function moveState(
  runner: Runner,
  { from, to, providers, environment, left }: Move,
): Promise<{ readonly state: MovedState; readonly left: Move["left"] }> {
  const { directory, report } = runner.options;
  const places = { from: describeBackend(from), to: describeBackend(to) };
  report?.(`moving the state from ${places.from} to ${places.to}`);
  mkdirSync(join(directory, ".terraform"), { recursive: true, mode: 0o700 });
  const scratch = mkdtempSync(join(directory, ".terraform", "move-"));
  const initialize = async (backend: BackendBlock, words: readonly string[]): Promise<void> => {
    const text = JSON.stringify({ terraform: { backend, required_providers: providers } });
    writeFileSync(join(scratch, "cdk.tf.json"), text, { mode: 0o600 });
    const all = ["init", "-input=false", "-no-color", ...runner.lockWords, ...words];
    await runner.change(all, { directory: scratch, environment, advice: whatToTry });
  };
  const pull = async (backend: BackendBlock): Promise<string> => {
    await initialize(backend, ["-reconfigure"]);
    return runner.ask(["state", "pull"], scratch);
  };
  const lock = join(directory, ".terraform.lock.hcl");
  if (existsSync(lock)) copyFileSync(lock, join(scratch, ".terraform.lock.hcl"));
  try {
    const there = await pull(to);
    const here = await pull(from);
    if (isEmpty(here)) return { state: { ...places, copy: undefined }, left: {} };
    if (!isOld(there, here, left[places.to])) throw otherState(places);
    const copy = join(directory, `state-before-move.${Date.now()}.tfstate`);
    writeFileAtomically(copy, here, 0o600);
    await initialize(to, ["-migrate-state", "-force-copy"]);
    return { state: { ...places, copy }, left: { [places.from]: identify(here) } };
  } finally {
    rmSync(scratch, { recursive: true, force: true });
  }
}

const isEmpty = (text: string): boolean =>
  text.trim() === "" || stateFile.parse(JSON.parse(text)).resources.length === 0;

const identify = (text: string): string => {
  const { lineage, serial } = stateFile.parse(JSON.parse(text));
  return `${lineage} ${serial}`;
};

/**
 * Whether what is `there` is nothing, or this stack's own of earlier. A move to another kind of
 * backend gives a state a new lineage, so what was left there is remembered.
 */
function isOld(there: string, here: string, left: string | undefined): boolean {
  if (isEmpty(there) || identify(there) === left) return true;
  const [theirs, ours] = [there, here].map((text) => stateFile.parse(JSON.parse(text)));
  return theirs?.lineage === ours?.lineage && (theirs?.serial ?? 0) <= (ours?.serial ?? 0);
}

const otherState = (places: { readonly from: string; readonly to: string }) =>
  new TerraformError(
    [
      `the state can't move to ${places.to}: another one with resources is there`,
      `  this stack's own is still in ${places.from}; nothing was changed`,
      "Name another place for the state, or move one of the two away.",
    ].join("\n"),
  );
