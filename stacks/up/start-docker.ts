import type { SecretValues } from "../../compose-templates/index.js";
import { redact } from "../tools/redact.js";
import { containerStates, type ContainerState } from "../tools/containers.js";
import { compose, composeWords, lastLine, run } from "../tools/docker.js";

/** Called with a line that replaces the last one. */
export type Report = (line: string) => void;

/** What is started, and who is told. */
export interface DockerStart {
  /** The output folder. */
  readonly out: string;
  /** What no message may show. */
  readonly secrets: SecretValues;
  readonly report: Report;
  readonly signal: AbortSignal;
}

/** Builds the tracking server's image and pulls the others, where they are missing. */
export async function getImages(start: DockerStart): Promise<void> {
  const { out, report, signal } = start;
  const images = (await compose(out, ["config", "--images"], { cancelSignal: signal })).stdout
    .split("\n")
    .filter(Boolean);
  const missing: string[] = [];
  for (const image of new Set(images)) {
    signal.throwIfAborted();
    const { exitCode } = await run(["image", "inspect", "--format", "{{.Id}}", image]);
    if (exitCode !== 0) missing.push(image);
  }
  const pulled = missing.filter((image) => !image.startsWith("mlflow-stacks/"));
  if (pulled.length > 0) {
    report(`pulling ${pulled.join(", ")}`);
    const words = ["pull", "--quiet", "--ignore-buildable", "--policy", "missing"];
    await step(start, words, "pull the images");
  }
  if (missing.length > pulled.length) {
    report("building; the first time takes a minute or two");
    const words = ["build", "--quiet", "tracking-server"];
    await step(start, words, "build the tracking server's image");
  }
}

/** Starts everything and waits until it is healthy. */
export async function startContainers(start: DockerStart): Promise<void> {
  const { out, report, signal } = start;
  await removeUnstarted(out);
  const stop = reportStates(out, report);
  try {
    const words = ["up", "--detach", "--remove-orphans", "--wait", "--wait-timeout", "300"];
    const { exitCode, stderr } = await run(composeWords(out, words), { cancelSignal: signal });
    signal.throwIfAborted();
    if (exitCode !== 0) throw await explain(start, stderr);
  } finally {
    stop();
  }
}

/** Compose copies secrets into a container once it is made: killed between, it starts it without. */
async function removeUnstarted(out: string): Promise<void> {
  const unstarted = (await containerStates(out)).filter(({ state }) => state === "created");
  if (unstarted.length > 0) await run(["rm", ...unstarted.map(({ id }) => id)]);
}

/** Tells what the containers do, as it changes. @returns what ends that */
function reportStates(out: string, report: Report): () => void {
  let last = "";
  let ended = false;
  let timer: NodeJS.Timeout;
  const look = async (): Promise<void> => {
    const start = performance.now();
    const line = await containerStates(out).then(summary, () => "");
    if (ended) return;
    // Nothing where the engine did not answer.
    if (line !== "" && line !== last) report(line);
    last = line || last;
    // One look by ssh is six connections; looking all the time kept a small machine from starting.
    timer = setTimeout(() => void look(), Math.max(1000, 3 * (performance.now() - start)));
  };
  timer = setTimeout(() => void look(), 1000);
  return () => {
    ended = true;
    clearTimeout(timer);
  };
}

async function step(
  { out, secrets, signal }: DockerStart,
  words: readonly string[],
  what: string,
): Promise<void> {
  const { exitCode, stderr, stdout } = await run(composeWords(out, words), {
    cancelSignal: signal,
  });
  signal.throwIfAborted();
  if (exitCode === 0) return;
  const said = redact(`${stdout}\n${stderr}`, secrets).trim().split("\n").slice(-12).join("\n");
  throw new Error(
    `could not ${what}. The last lines:\n${said}\nOnce that is mended, run the same command again.`,
  );
}

/** `secrets-init done, backend-store starting, …` */
function summary(states: readonly ContainerState[]): string {
  return states.map(({ service, ...state }) => `${service} ${word(state)}`).join(", ");
}

function word({ state, health, exitCode }: Omit<ContainerState, "service">): string {
  if (state === "exited") return exitCode === 0 ? "done" : "failed";
  if (state !== "running") return "waiting";
  return health === "healthy" ? "ready" : health === "" ? "running" : "starting";
}

/** Names the container that failed and shows what it said last. */
async function explain({ out, secrets }: DockerStart, stderr: string): Promise<Error> {
  const states = await containerStates(out);
  const failed = states.find(
    ({ state, exitCode, health }) =>
      (state === "exited" && exitCode !== 0) || state === "restarting" || health === "unhealthy",
  );
  if (!failed) return new Error(`docker compose up failed: ${redact(lastLine(stderr), secrets)}`);
  const words = ["logs", "--no-log-prefix", "--tail", "15", failed.service];
  const said = redact((await compose(out, words)).stdout, secrets).trim();
  return new Error(`${failed.service} did not come up. It said last:\n${said}`);
}
