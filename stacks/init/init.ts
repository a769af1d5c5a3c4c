import { dirname, join, relative } from "node:path";
import { ConfigError, type Topology } from "../../constructs/mlflow/index.js";
import { formatSettingsFile } from "../../env/example.js";
import { loadDeployment } from "../../env/load.js";
import type { VariableName } from "../../env/schema.js";
import {
  flagPath,
  flagValues,
  outFolder,
  parseTopology,
  settingsFileName,
  thisMachine,
  type SettingsOptions,
} from "../settings.js";
import { readDotenvFile } from "../tools/dotenv-file.js";
import { writeFileAtomically } from "../tools/files.js";
import { questions, topologyChoices, type Question } from "./questions.js";
import { selfCommand } from "../tools/self.js";

export interface InitOptions extends SettingsOptions {
  readonly artifactStore?: string;
  readonly destination?: string;
  readonly endpoint?: string;
  readonly region?: string;
  /** Take the default of whatever no flag answers. */
  readonly yes?: boolean;
}

type Answers = Partial<Record<VariableName, string>>;

/** `mlstack init`: asks, checks the answers and writes an env file. */
export async function init(
  topologyText: string | undefined,
  options: InitOptions,
): Promise<number> {
  const terminal = process.stdin.isTTY && process.stdout.isTTY && options.yes !== true;
  const topology = await askTopology(topologyText, terminal);
  const file = options.envFile
    ? flagPath(options.envFile)
    : join(outFolder(topology, options), settingsFileName);
  const before = readDotenvFile(file) ?? {};
  const flags = { ...flagValues(options), ...storeFlags(options) };
  const answers = { ...before, ...flags } as Answers;
  await answer(topology, answers, flags, terminal, options.yes === true);
  const values = Object.fromEntries(
    Object.entries(answers).filter((entry): entry is [string, string] => Boolean(entry[1])),
  );
  loadDeployment(topology, values, thisMachine(dirname(file)));
  writeFileAtomically(file, formatSettingsFile(topology, values), 0o600);
  const shown = relative(process.cwd(), file);
  const flag = options.envFile ? ` -e ${shown}` : options.out ? ` --out ${options.out}` : "";
  console.log(`Wrote ${shown}. Next: ${selfCommand()} up ${topology}${flag}`);
  return 0;
}

async function askTopology(text: string | undefined, terminal: boolean): Promise<Topology> {
  if (text !== undefined) return parseTopology(text);
  if (!terminal) {
    throw new ConfigError([
      {
        path: "topology",
        problem:
          'must be given where there is no terminal to ask, such as "mlstack init remote-server"',
      },
    ]);
  }
  const { select, isCancel, cancel } = await import("@clack/prompts");
  const chosen = await select({ message: "Which set-up?", options: [...topologyChoices] });
  if (isCancel(chosen)) {
    cancel("Nothing written.");
    process.exit(1);
  }
  return chosen;
}

function storeFlags(options: InitOptions): Answers {
  const flags: Answers = {
    MLSTACK_ARTIFACT_STORE: options.artifactStore,
    MLFLOW_ARTIFACTS_DESTINATION: options.destination,
    MLFLOW_S3_ENDPOINT_URL: options.endpoint,
    AWS_DEFAULT_REGION: options.region,
  } as Answers;
  return Object.fromEntries(Object.entries(flags).filter(([, value]) => value !== undefined));
}

/** Fills `answers` in: by asking, or by defaults with `--yes`. */
async function answer(
  topology: Topology,
  answers: Answers,
  flags: Readonly<Record<string, string>>,
  terminal: boolean,
  defaults: boolean,
): Promise<void> {
  const asked = new Set<VariableName>();
  for (;;) {
    const open = questions(topology, answers).filter(
      ({ variable }) => !asked.has(variable) && !(variable in flags),
    );
    const missing = open.filter(({ variable }) => answers[variable] === undefined);
    if (!terminal && !defaults && missing.length > 0) throw needsFlags(missing);
    const question = terminal ? open[0] : missing[0];
    if (!question) return;
    asked.add(question.variable);
    answers[question.variable] = terminal
      ? await ask(question, answers[question.variable])
      : question.initial;
  }
}

const needsFlags = (missing: readonly Question[]) =>
  new ConfigError(
    missing.map(({ flag, message, initial }) => ({
      path: flag,
      problem: `must be given where there is no terminal to ask, or --yes for the defaults: ${message}${initial === "" ? "" : ` (${initial})`}`,
    })),
  );

async function ask(question: Question, current: string | undefined): Promise<string> {
  const { cancel, isCancel, select, text } = await import("@clack/prompts");
  const initialValue = current ?? question.initial;
  const { message, choices } = question;
  const result = choices
    ? await select({
        message,
        initialValue,
        options: choices.map((value) => ({ value, label: value })),
      })
    : await text({ message, initialValue, defaultValue: "" });
  if (isCancel(result)) {
    cancel("Nothing written.");
    process.exit(1);
  }
  return result ?? "";
}
