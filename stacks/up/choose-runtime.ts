import { ConfigError, requireTarget, type Topology } from "../../constructs/mlflow/index.js";
import { inEnvironmentWords } from "../../env/load.js";
import { askEngine, type Engine, type EngineAnswer } from "../tools/docker.js";
import { hasContainers, hasDockerData } from "../tools/project.js";
import { readRuntime, type RuntimeName } from "../tools/runtime-record.js";
import { selfCommand } from "../tools/self.js";
import { shellWord } from "../tools/shell-word.js";
import type { Settings } from "../settings.js";

export type ChosenRuntime =
  | { readonly name: "docker"; readonly engine: Engine }
  | { readonly name: "process"; readonly reason: string };

/**
 * Docker where an engine answers, else a process; but always where the folder's data already is.
 *
 * @throws {ConfigError} when that is not possible, with the way out
 */
export async function chooseRuntime(settings: Settings): Promise<ChosenRuntime> {
  const { runtime: asked, out, topology } = settings;
  const answer =
    asked === "process" && readRuntime(out) !== "docker" ? undefined : await askEngine();
  const recorded = await whereDataIs(out, answer);
  if (recorded && asked !== "auto" && asked !== recorded) {
    await requireMovable(settings, recorded, asked, answer);
  }
  const wanted = asked === "auto" ? recorded : asked;
  if (wanted === "process") {
    requireProcessTarget(settings);
    return { name: "process", reason: asked === "auto" ? "as before" : "as asked" };
  }
  if (answer?.ok) return { name: "docker", engine: answer.engine };
  const problem = answer?.problem ?? "";
  if (wanted === "docker") {
    const why = recorded && asked === "auto" ? `, where the data of "${out}" is` : "";
    throw refuse(`must be able to use Docker${why}; ${problem}; start Docker and run this again`);
  }
  const reason = requireProcess(topology, problem);
  requireProcessTarget(settings);
  return { name: "process", reason };
}

/** The runtime of the last start, unless that has left nothing. */
async function whereDataIs(
  out: string,
  answer: EngineAnswer | undefined,
): Promise<RuntimeName | undefined> {
  const recorded = readRuntime(out);
  if (recorded === "process") {
    const { hasProcessData } = await import("../process/index.js");
    return hasProcessData(out) ? recorded : undefined;
  }
  // An engine that does not answer may hold anything.
  if (recorded === "docker" && answer?.ok && !(await hasDockerData(out))) return undefined;
  return recorded;
}

/**
 * Data of the folder's own stays in its runtime. A data directory that the user named can be used
 * by either, but not by both at once.
 *
 * @throws {ConfigError} with what to do first
 */
async function requireMovable(
  { out, topology, deployment }: Settings,
  from: RuntimeName,
  to: RuntimeName,
  answer: EngineAnswer | undefined,
): Promise<void> {
  if (!deployment.trackingServer.dataDirectory) {
    throw refuse(
      `must stay "${from}" for "${out}", where the data of this folder is; got "${to}"; use another folder with --out`,
    );
  }
  const down = `${selfCommand()} down ${topology} --out ${shellWord(out)}`;
  const stop = `two servers on one data directory would spoil it; first run: ${down}`;
  if (from === "process") {
    const { processStatus } = await import("../process/index.js");
    // A unit that is stopped starts again at the next login.
    const { state, unit } = processStatus(out);
    if (state === "running" || unit !== undefined) {
      throw refuse(`must stay "process" while the server of "${out}" runs; ${stop}`);
    }
  } else if (answer && !answer.ok) {
    throw refuse(
      `must stay "docker" until its containers are gone, and ${answer.problem}; start Docker; ${stop}`,
    );
  } else if (await hasContainers(out)) {
    throw refuse(`must stay "docker" while "${out}" has containers; ${stop}`);
  }
}

/** The model's refusal in the words of the environment, before anything is written. */
function requireProcessTarget({ deployment }: Settings): void {
  try {
    requireTarget(deployment, "process");
  } catch (error) {
    throw error instanceof ConfigError ? inEnvironmentWords(error) : error;
  }
}

function requireProcess(topology: Topology, problem: string): string {
  if (topology !== "remote-server") return problem;
  throw new ConfigError([
    {
      path: "topology",
      problem: `"remote-server" needs Docker, and ${problem}; install or start Docker, or use "localhost-database"`,
    },
  ]);
}

const refuse = (problem: string) => new ConfigError([{ path: "MLSTACK_RUNTIME", problem }]);
