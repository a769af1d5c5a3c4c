import { dirname, join, relative } from "node:path";
import { ConfigError, type Topology } from "../../constructs/mlflow/index.js";
import { loadDeployment } from "../../env/load.js";
import type { VariableName } from "../../env/schema.js";
import {
  defaultOut,
  outFolder,
  parseTopology,
  settingsFileName,
  settingsText,
  thisMachine,
  type SettingsOptions,
} from "../settings.js";
import { readDotenvFile } from "../tools/dotenv-file.js";
import { writeFileAtomically } from "../tools/files.js";
import { flagPath, flagValues } from "../tools/flags.js";
import { selfCommand } from "../tools/self.js";
import { shellWord } from "../tools/shell-word.js";
import { askTopology } from "./ask.js";
import { answer } from "./answer.js";
import { storeFlags, type StoreOptions } from "./flags.js";
import { questions, type Answers } from "./questions.js";

export interface InitOptions extends SettingsOptions, StoreOptions {
  /** Take the default of whatever no flag answers. */
  readonly yes?: boolean;
}

/** `mlstack init`: asks, checks the answers and writes an env file. */
export async function init(
  topologyText: string | undefined,
  options: InitOptions,
): Promise<number> {
  const terminal = process.stdin.isTTY && process.stdout.isTTY && options.yes !== true;
  const topology = await chooseTopology(topologyText, terminal);
  const out = outFolder(defaultOut(topology), options);
  const file = options.envFile ? flagPath(options.envFile) : join(out, settingsFileName);
  const before = readDotenvFile(file) ?? {};
  const flags = { ...flagValues(options), ...storeFlags(options) };
  const answers: Answers = { ...before, ...flags };
  const mode = terminal ? "ask" : options.yes === true ? "defaults" : "flags";
  await answer(topology, answers, flags, before, mode);
  const set: Record<string, string> = {};
  for (const [name, value] of Object.entries(answers)) if (value) set[name] = value;
  const { deployment, secrets } = loadDeployment(topology, set, thisMachine(dirname(file)));
  const used = new Set<string>(deployment.secrets.map(({ name }) => name));
  for (const name of Object.keys(secrets)) if (!used.has(name)) delete set[name];
  const kept = readDotenvFile(join(out, ".env")) ?? {};
  const unfilled = questions(topology, set)
    .filter(({ secret, variable }) => secret && !set[variable] && !kept[variable])
    .map(({ variable }) => variable);
  writeFileAtomically(file, textOf(topology, file, before, set, unfilled), 0o600);
  const removed = Object.keys(before).filter((name) => before[name] && !(name in set));
  if (removed.length > 0) console.log(`Removed, as it belongs to another store: ${list(removed)}.`);
  const shown = relative(process.cwd(), file);
  const flag = options.envFile
    ? ` -e ${shellWord(shown)}`
    : options.out
      ? ` --out ${shellWord(options.out)}`
      : "";
  const fill = unfilled.length > 0 ? ` Fill in there: ${list(unfilled)}.` : "";
  console.log(`Wrote ${shown}.${fill} Next: ${selfCommand()} up ${topology}${flag}`);
  return 0;
}

const list = (names: readonly string[]): string =>
  names.join(", ").replace(/, ([^,]*)$/, " and $1");

/** The user's own lines stay; one that is still to be filled in is there, and empty. */
function textOf(
  topology: Topology,
  file: string,
  before: Readonly<Record<string, string>>,
  set: Answers,
  unfilled: readonly VariableName[],
): string {
  const wanted: Record<string, string | undefined> = {
    ...set,
    ...Object.fromEntries(unfilled.map((name) => [name, ""])),
  };
  const names = [...new Set([...Object.keys(before), ...Object.keys(wanted)])];
  const changed = names.filter((name) => before[name] !== wanted[name]);
  return settingsText(
    topology,
    file,
    Object.fromEntries(changed.map((name) => [name, wanted[name]])),
  );
}

async function chooseTopology(text: string | undefined, terminal: boolean): Promise<Topology> {
  if (text !== undefined) return parseTopology(text);
  if (terminal) return askTopology();
  const problem =
    'must be given where there is no terminal to ask, such as "mlstack init remote-server"';
  throw new ConfigError([{ path: "topology", problem }]);
}
