import type { Topology } from "../../constructs/mlflow/index.js";
import { topologyChoices, type Question } from "./questions.js";

/** Asks on the terminal for the topology; Ctrl-C ends the run. */
export async function askTopology(): Promise<Topology> {
  const { select } = await import("@clack/prompts");
  return orEnd(await select({ message: "Which set-up?", options: [...topologyChoices] }));
}

/**
 * Asks one question on the terminal; Ctrl-C ends the run.
 *
 * @param current - what the file has so far; of a secret nothing is shown
 */
export async function ask(question: Question, current: string | undefined): Promise<string> {
  const { password, select, text } = await import("@clack/prompts");
  const { message, choices, secret, initial } = question;
  if (secret) {
    const note = current ? "empty: as it is" : "empty: fill it into the file later";
    return (await orEnd(await password({ message: `${message} (${note})` }))) || current || "";
  }
  const initialValue = current ?? initial;
  if (!choices) {
    return (await orEnd(await text({ message, initialValue, defaultValue: "" }))) ?? "";
  }
  const options = choices.map((value) => ({ value, label: value }));
  return orEnd(await select({ message, initialValue, options }));
}

/** The clack library answers Ctrl-C with a symbol. */
async function orEnd<T>(result: T): Promise<Exclude<T, symbol>> {
  const { cancel, isCancel } = await import("@clack/prompts");
  if (!isCancel(result)) return result as Exclude<T, symbol>;
  cancel("Nothing written.");
  process.exit(1);
}
