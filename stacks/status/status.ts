import pc from "picocolors";
import { outFolder, parseTopology, type SettingsOptions } from "../settings.js";
import { requireFolder } from "../down/down.js";
import { requireContainerStates, run, type ContainerState } from "../tools/docker.js";
import { readRuntime } from "../tools/runtime-record.js";

/**
 * `mlstack status`: what runs and how much memory it uses.
 *
 * @returns 0 when everything that should run is healthy, else 1
 */
export async function status(topologyText: string, options: SettingsOptions): Promise<number> {
  const topology = parseTopology(topologyText);
  const out = outFolder(topology, options);
  if (readRuntime(out) === "process") return processStatusLines(out);
  requireFolder(out);
  const states = await requireContainerStates(out);
  if (states.length === 0) {
    console.log("Nothing runs.");
    return 1;
  }
  const memory = await memoryById(states.filter(({ state }) => state === "running"));
  for (const container of states) {
    const { service, status: text, id } = container;
    const mark = isRight(container) ? pc.green("ok ") : pc.red("!! ");
    console.log(`${mark} ${service.padEnd(16)} ${text.padEnd(32)} ${memory[id] ?? ""}`.trimEnd());
  }
  const serves = states.some(
    ({ service, state }) => service === "tracking-server" && state === "running",
  );
  return serves && states.every(isRight) ? 0 : 1;
}

const isRight = ({ state, health, exitCode }: ContainerState): boolean =>
  state === "running"
    ? health !== "unhealthy" && health !== "starting"
    : state === "exited" && exitCode === 0;

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
  const { processStatus } = await import("../process/index.js");
  const found = processStatus(out);
  if (found.state !== "running") {
    console.log("Nothing runs.");
    return 1;
  }
  console.log(
    `${pc.green("ok ")} tracking-server  process ${found.pid}, ${found.url}, since ${found.startedAt}`,
  );
  console.log(`    log  ${found.log}\n    data ${found.data}`);
  return 0;
}
