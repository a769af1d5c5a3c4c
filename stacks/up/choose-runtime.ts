import { ConfigError, requireTarget, type Topology } from "../../constructs/mlflow/index.js";
import { inEnvironmentWords } from "../../env/load.js";
import { askEngine, type Engine } from "../tools/docker.js";
import { readRuntime } from "../tools/runtime-record.js";
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
  const recorded = readRuntime(out);
  if (
    recorded &&
    asked !== "auto" &&
    asked !== recorded &&
    !settings.deployment.trackingServer.dataDirectory
  ) {
    throw refuse(
      `must stay "${recorded}" for "${out}", where the data of this folder is; got "${asked}"; use another folder with --out`,
    );
  }
  const wanted = asked === "auto" ? recorded : asked;
  if (wanted === "process") {
    requireProcessTarget(settings);
    return { name: "process", reason: asked === "auto" ? "as before" : "as asked" };
  }
  const answer = await askEngine();
  if (answer.ok) return { name: "docker", engine: answer.engine };
  if (wanted === "docker") {
    const why = recorded && asked === "auto" ? `, where the data of "${out}" is` : "";
    throw refuse(
      `must be able to use Docker${why}; ${answer.problem}; start Docker and run this again`,
    );
  }
  const reason = requireProcess(topology, answer.problem);
  requireProcessTarget(settings);
  return { name: "process", reason };
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
