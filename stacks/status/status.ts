import pc from "picocolors";
import { defaultOut, outFolder, parseTopology, type SettingsOptions } from "../settings.js";
import { requireFolder } from "../down/down.js";
import { requireContainerStates, type ContainerState } from "../tools/containers.js";
import { run } from "../tools/docker.js";
import { readComposeFile } from "../tools/project.js";
import { readRuntime } from "../tools/runtime-record.js";

/**
 * `mlstack status`: what runs and how much memory it uses.
 *
 * @returns 0 when everything that should run is healthy, else 1
 */
export async function status(topologyText: string, options: SettingsOptions): Promise<number> {
  const topology = parseTopology(topologyText);
  const out = outFolder(defaultOut(topology), options);
  if (readRuntime(out) === "process") return processStatusLines(out);
  requireFolder(out);
  const states = await requireContainerStates(out);
  if (states.length === 0) {
    console.log("Nothing runs.");
    return 1;
  }
  const memory = await memoryById(states.filter(({ state }) => state === "running"));
  const services = Object.entries(readComposeFile(out).services ?? {});
  const jobs = services.filter(([, { restart }]) => restart === "no").map(([name]) => name);
  const isRight = rightState(jobs);
  for (const container of states) {
    const { service, status: text, id } = container;
    printLine(isRight(container), service, `${text.padEnd(32)} ${memory[id] ?? ""}`);
  }
  const missing = services
    .map(([name]) => name)
    .filter((name) => !jobs.includes(name) && !states.some(({ service }) => service === name));
  for (const service of missing) printLine(false, service, "missing: it has no container");
  return missing.length === 0 && states.every(isRight) ? 0 : 1;
}

/** @param jobs - services that are done when they have ended well; all others have to run */
const rightState =
  (jobs: readonly string[]) =>
  ({ service, state, health, exitCode }: ContainerState): boolean =>
    state === "running"
      ? health !== "unhealthy" && health !== "starting"
      : jobs.includes(service) && state === "exited" && exitCode === 0;

function printLine(right: boolean, service: string, text: string): void {
  const mark = right ? pc.green("ok ") : pc.red("!! ");
  console.log(`${mark} ${service.padEnd(16)} ${text}`.trimEnd());
}

async function memoryById(
  states: readonly ContainerState[],
): Promise<Readonly<Record<string, string>>> {
  if (states.length === 0) return {};
  const format = "{{.ID}}\t{{.MemUsage}}";
  const words = ["stats", "--no-stream", "--format", format, ...states.map(({ id }) => id)];
  const { stdout } = await run(words, { timeout: 20_000 });
  return Object.fromEntries(
    stdout.split("\n").flatMap((line) => {
      const [id, usage] = line.split("\t");
      const state = states.find(
        (candidate) => id !== undefined && id !== "" && candidate.id.startsWith(id),
      );
      return state && usage ? [[state.id, usage]] : [];
    }),
  );
}

async function processStatusLines(out: string): Promise<number> {
  const { answers, processStatus } = await import("../process/index.js");
  const { state, pid, url, startedAt, log, data } = processStatus(out);
  if (state !== "running") {
    console.log("Nothing runs.");
    return 1;
  }
  // A process may be there and its store gone.
  const right = await answers(out);
  const where = `process ${pid}, ${url}, since ${startedAt}`;
  printLine(right, "tracking-server", right ? where : `does not answer: ${where}`);
  console.log(`    log  ${log}\n    data ${data}`);
  return right ? 0 : 1;
}
