import { Listr } from "listr2";
import { relative } from "node:path";
import { printChanges } from "../generate/generate.js";
import { planFolder, writeFolder, type Generated } from "../generate/folder.js";
import { readSettings, type Settings, type SettingsOptions } from "../settings.js";
import { loadAssets } from "../tools/assets.js";
import { MlflowClient, MlflowError } from "../tools/mlflow-client.js";
import { writeRuntime } from "../tools/runtime-record.js";
import { checkDockerHost } from "./checks.js";
import { chooseRuntime, type ChosenRuntime } from "./choose-runtime.js";
import { proveFromClient } from "./proof.js";
import { printReport } from "./report.js";
import { getImages, startContainers } from "./start-docker.js";

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
          found.runtime = await chooseRuntime(settings);
          found.generated = planFolder(settings);
          if (found.runtime.name === "docker") {
            const { engine } = found.runtime;
            await checkDockerHost(settings, found.generated.made, engine);
            task.title = `Docker ${engine.version}, Compose ${engine.composeVersion}, ${engine.cpus} processors`;
          } else task.title = `A process without Docker (${found.runtime.reason})`;
        },
      },
      {
        title: `Write ${relative(process.cwd(), settings.out) || "."}`,
        task: ({ generated, runtime }) => {
          writeFolder(settings.out, generated, runtime.name);
          writeRuntime(settings.out, runtime.name);
        },
      },
      {
        title: "Start",
        task: async (found, task) => {
          const report = (line: string) => (task.output = line);
          if (found.runtime.name === "docker") {
            await getImages(settings, report, signal);
            await startContainers(settings, report, signal);
          } else
            task.title = `Start (${await startAsProcess(settings, found, options, report, signal)})`;
        },
      },
      {
        title: "Prove it as a client: a run, a metric, a file up and down",
        task: async ({ generated }) => prove(settings, generated),
      },
    ],
    { ctx: context, rendererOptions: { collapseErrors: false }, fallbackRenderer: "simple" },
  );
  await tasks.run();
  const { runtime, generated } = context;
  const known = generated.changes.filter(({ kind }) => kind !== "new");
  if (known.length > 0) printChanges("\nChanged since the last run:", known);
  await printReport(settings, runtime.name);
  return 0;
}

async function startAsProcess(
  settings: Settings,
  { generated }: Context,
  options: UpOptions,
  report: (line: string) => void,
  signal: AbortSignal,
): Promise<string> {
  const { ensureEnvironment, startProcess, installSystemdUnit } =
    await import("../process/index.js");
  const { deployment, out } = settings;
  const process = {
    deployment,
    out,
    secrets: generated.secrets,
    assets: loadAssets(),
    report,
    signal,
  };
  await ensureEnvironment(process);
  if (options.systemd === true) {
    await installSystemdUnit(process);
    return "as a systemd user unit";
  }
  return (await startProcess(process)).replace("-", " ");
}

/** @throws {Error} with what to do, when the server runs but does not do its work */
async function prove({ deployment, out }: Settings, { secrets }: Generated): Promise<void> {
  const { bindAddress, port, publicUrls, login } = deployment.trackingServer;
  const host = { "0.0.0.0": "127.0.0.1", "::": "[::1]" }[bindAddress] ?? bindAddress;
  const client = new MlflowClient({
    address: `http://${host.includes(":") && !host.startsWith("[") ? `[${host}]` : host}:${port}`,
    publicUrl: publicUrls[0] ?? "",
    username: login?.adminUsername,
    password: secrets.MLFLOW_AUTH_ADMIN_PASSWORD,
  });
  try {
    await proveFromClient(client);
  } catch (error) {
    if (!(error instanceof MlflowError) || error.status !== 401) throw error;
    throw new Error(
      `the server runs, but refuses MLFLOW_AUTH_ADMIN_PASSWORD of ${out}/.env. MLflow takes it at the first start only. ` +
        "If the admin's password was changed in MLflow since, write the new one into that line.",
      { cause: error },
    );
  }
}
