import { Listr } from "listr2";
import { relative } from "node:path";
import { ConfigError } from "../../constructs/mlflow/index.js";
import { printChanges, printMoves } from "../generate/generate.js";
import { planFolder, writeFolder, type Generated } from "../generate/folder.js";
import type { ProcessContext } from "../process/index.js";
import { readSettings, type Settings, type SettingsOptions } from "../settings.js";
import { loadAssets } from "../../constructs/image/load.js";
import { writeRuntime } from "../tools/runtime-record.js";
import { checkDockerHost } from "./checks.js";
import { checkProcessHost } from "./check-process.js";
import { chooseRuntime, type ChosenRuntime } from "./choose-runtime.js";
import { prove } from "./prove.js";
import { printReport } from "./report.js";
import { getImages, startContainers, type Report } from "./start-docker.js";
import { stepOptions } from "./steps.js";
import { unlessAborted } from "./unless-aborted.js";

interface Context {
  runtime: ChosenRuntime;
  generated: Generated;
}

export interface UpOptions extends SettingsOptions {
  /** Also keep the process across logins and reboots by a systemd user unit. */
  readonly systemd?: boolean;
}

/** `mlstack up`: checks, writes, starts, waits and proves. Running it again changes what changed. */
export async function up(
  topology: string,
  options: UpOptions,
  signal: AbortSignal,
): Promise<number> {
  const settings = readSettings(topology, options);
  const context = {} as Context;
  const tasks = new Listr<Context>(
    [
      {
        title: "Check this machine",
        task: async (found, task) => {
          const checked = check(settings, options, found, signal);
          task.title = await unlessAborted(checked, signal);
        },
      },
      {
        title: `Write ${relative(process.cwd(), settings.out) || "."}`,
        task: ({ generated }) => writeFolder(settings.out, generated),
      },
      {
        title: "Start",
        task: async (found, task) => {
          const report = (line: string) => (task.output = line);
          if (found.runtime.name === "docker") {
            await startInDocker(settings, found, report, signal);
          } else {
            const result = await startAsProcess(settings, found, options, report, signal);
            task.title = `Start (${result})`;
          }
        },
      },
      {
        title: "Prove it as a client: a run, a metric, a file up and down",
        task: ({ generated, runtime }) =>
          unlessAborted(prove(settings, generated, runtime), signal),
      },
    ],
    { ctx: context, ...stepOptions },
  );
  await tasks.run();
  const { runtime, generated } = context;
  const known = generated.changes.filter(({ kind }) => kind !== "new");
  if (known.length > 0) printChanges("\nChanged since the last run:", known);
  await printReport(settings, runtime);
  printMoves(generated.moves);
  return 0;
}

/** Everything that can be known before anything is written. @returns what was found, in a line */
async function check(
  settings: Settings,
  options: UpOptions,
  found: Context,
  signal: AbortSignal,
): Promise<string> {
  found.runtime = await chooseRuntime(settings);
  const { runtime } = found;
  if (options.systemd === true && runtime.name === "docker") {
    const problem = "needs --runtime process; with Docker the containers start again by themselves";
    throw new ConfigError([{ path: "--systemd", problem }]);
  }
  found.generated = planFolder(settings, runtime.name);
  if (runtime.name === "docker") {
    const { engine } = runtime;
    await checkDockerHost(settings, found.generated, engine);
    return `Docker ${engine.version}, Compose ${engine.composeVersion}, ${engine.cpus} processors`;
  }
  if (options.systemd === true) await (await import("../process/index.js")).requireSystemd();
  await checkProcessHost(processContext(settings, found, () => undefined, signal));
  return `A process without Docker (${runtime.reason})`;
}

async function startInDocker(
  { out }: Settings,
  { generated }: Context,
  report: Report,
  signal: AbortSignal,
): Promise<void> {
  const start = { out, secrets: generated.secrets, report, signal };
  await getImages(start);
  signal.throwIfAborted();
  writeRuntime(out, "docker");
  await startContainers(start);
}

const processContext = (
  { deployment, out }: Settings,
  { generated }: Context,
  report: Report,
  signal: AbortSignal,
): ProcessContext => ({
  deployment,
  out,
  secrets: generated.secrets,
  assets: loadAssets(),
  report,
  signal,
});

async function startAsProcess(
  settings: Settings,
  found: Context,
  options: UpOptions,
  report: Report,
  signal: AbortSignal,
): Promise<string> {
  const { startProcess, installSystemdUnit } = await import("../process/index.js");
  const context = processContext(settings, found, report, signal);
  if (options.systemd === true) {
    await installSystemdUnit(context);
    return "as a systemd user unit";
  }
  return (await startProcess(context)).replace("-", " ");
}
