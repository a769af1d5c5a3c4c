import { rmSync } from "node:fs";
import { join } from "node:path";
import { ConfigError } from "../../constructs/mlflow/index.js";
import { defaultOut, outFolder, parseTopology } from "../settings.js";
import { confirmed } from "../tools/confirm.js";
import { compose, whyFailed } from "../tools/docker.js";
import { readIfExists } from "../tools/files.js";
import { readComposeFile, requireOwnProject } from "../tools/project.js";
import { readRuntime } from "../tools/runtime-record.js";

export interface DownOptions {
  readonly out?: string;
  /**
   * Also remove every volume of the deployment, or the folder `data` of a process, and so all
   * experiments. A data directory that the user named stays.
   */
  readonly deleteData?: boolean;
  /** Do not ask. */
  readonly yes?: boolean;
}

/** `mlstack down`: stops what runs; data stays unless `--delete-data`. */
export async function down(topologyText: string, options: DownOptions): Promise<number> {
  const topology = parseTopology(topologyText);
  const out = outFolder(defaultOut(topology), options);
  if (options.deleteData === true && !(await agreed(out, options))) return 1;
  if (readRuntime(out) === "process") return downProcess(out, options);
  requireFolder(out);
  await requireOwnProject(out, readComposeFile(out).name ?? "");
  const words = ["down", "--remove-orphans", ...(options.deleteData === true ? ["--volumes"] : [])];
  const ran = await compose(out, words);
  if (ran.exitCode !== 0) throw new Error(`docker compose down failed: ${whyFailed(ran)}`);
  console.log(options.deleteData === true ? "Stopped; volumes removed." : "Stopped; volumes kept.");
  return 0;
}

async function downProcess(out: string, options: DownOptions): Promise<number> {
  const { stopProcess } = await import("../process/index.js");
  const stopped = await stopProcess(out);
  const data = join(out, "data");
  if (options.deleteData === true) rmSync(data, { recursive: true, force: true });
  const what = options.deleteData === true ? `${data} removed` : "data kept";
  console.log(stopped ? `Stopped; ${what}.` : `Nothing ran; ${what}.`);
  return 0;
}

/** @throws {ConfigError} where nothing was ever generated */
export function requireFolder(out: string): void {
  if (readIfExists(`${out}/docker-compose.yml`) !== undefined) return;
  throw new ConfigError([
    {
      path: "--out",
      problem: `must be a folder that mlstack wrote; there is no docker-compose.yml in "${out}"`,
    },
  ]);
}

const agreed = (out: string, options: DownOptions): Promise<boolean> =>
  confirmed(`Remove every experiment, model and artifact of ${out} for good?`, options, {
    path: "--delete-data",
    problem: "needs --yes where there is no terminal to ask; every experiment is lost",
  });
