import { ConfigError, type Topology } from "../../constructs/mlflow/index.js";
import { ask } from "./ask.js";
import { foreignVariables } from "./foreign.js";
import { questions, type Answers, type Question } from "./questions.js";

/** On a terminal, by the defaults with `--yes`, or by flags alone. */
export type AnswerMode = "ask" | "defaults" | "flags";

/**
 * Fills `answers` in and takes out of them what the stores chosen have no use for.
 *
 * @param flags - answers that are not asked for again
 * @param before - what the file has
 * @throws {ConfigError} with each flag that is missing
 */
export async function answer(
  topology: Topology,
  answers: Answers,
  flags: Readonly<Record<string, string>>,
  before: Answers,
  mode: AnswerMode,
): Promise<void> {
  const settled = new Set(Object.keys(flags));
  for (;;) {
    for (const name of foreignVariables(topology, answers, before)) {
      if (!settled.has(name)) delete answers[name];
    }
    const open = questions(topology, answers).filter(({ variable }) => !settled.has(variable));
    const missing = open.filter(
      ({ variable, secret }) => !secret && answers[variable] === undefined,
    );
    if (mode === "flags" && missing.length > 0) throw needsFlags(missing);
    const question = mode === "ask" ? open[0] : missing[0];
    if (!question) return;
    settled.add(question.variable);
    answers[question.variable] =
      mode === "ask" ? await ask(question, answers[question.variable]) : question.initial;
  }
}

const needsFlags = (missing: readonly Question[]) =>
  new ConfigError(
    missing.map(({ flag, variable, message, initial }) => ({
      path: flag ?? variable,
      problem: `must be given where there is no terminal to ask, or --yes for the defaults: ${message}${initial === "" ? "" : ` (${initial})`}`,
    })),
  );
