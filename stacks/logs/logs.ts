import { ConfigError } from "../../constructs/mlflow/index.js";
import { requireFolder } from "../down/down.js";
import { defaultOut, outFolder, parseTopology } from "../settings.js";
import { compose, whyFailed } from "../tools/docker.js";
import { readRuntime } from "../tools/runtime-record.js";

export interface LogsOptions {
  readonly out?: string;
  readonly follow?: boolean;
  readonly tail?: string;
}

/** `mlstack logs`: what the containers, or the process, wrote. @param services - none: all */
export async function logs(
  topologyText: string,
  services: readonly string[],
  options: LogsOptions,
  signal: AbortSignal,
): Promise<number> {
  const out = outFolder(defaultOut(parseTopology(topologyText)), options);
  const tail = options.tail ?? "100";
  if (!/^\d{1,9}$/.test(tail)) {
    throw new ConfigError([{ path: "--tail", problem: `must be a whole number; got "${tail}"` }]);
  }
  if (readRuntime(out) === "process") {
    requireNoServices(services);
    const { processLogs } = await import("../process/index.js");
    const write = (text: string) => process.stdout.write(text);
    await processLogs(out, { follow: options.follow === true, tail: Number(tail), write, signal });
    return 0;
  }
  requireFolder(out);
  const words = [
    "logs",
    "--tail",
    tail,
    ...(options.follow === true ? ["--follow"] : []),
    ...services,
  ];
  const ran = await compose(out, words, { stdio: "inherit", cancelSignal: signal });
  if (ran.code === "ENOENT") throw new Error(`docker compose logs failed: ${whyFailed(ran)}`);
  return signal.aborted || ran.exitCode === 0 ? 0 : 1;
}

/** A process is one program with one log. */
function requireNoServices(services: readonly string[]): void {
  if (services.length === 0) return;
  const problem = `must not be given, because this folder runs one process and no containers; got "${services.join(" ")}"; leave it out`;
  throw new ConfigError([{ path: "service", problem }]);
}
