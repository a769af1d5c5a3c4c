import type { Settings } from "../settings.js";
import {
  compose,
  composeWords,
  containerStates,
  lastLine,
  run,
  type ContainerState,
} from "../tools/docker.js";

/** Called with a line that replaces the last one. */
export type Report = (line: string) => void;

/** Builds the tracking server's image and pulls the others, where they are missing. */
export async function getImages(
  settings: Settings,
  report: Report,
  signal: AbortSignal,
): Promise<void> {
  const { out } = settings;
  const images = (await compose(out, ["config", "--images"])).stdout.split("\n").filter(Boolean);
  const missing: string[] = [];
  for (const image of new Set(images)) {
    const { exitCode } = await run(["image", "inspect", "--format", "{{.Id}}", image]);
    if (exitCode !== 0) missing.push(image);
  }
  const pulled = missing.filter((image) => !image.startsWith("mlflow-stacks/"));
  if (pulled.length > 0) {
    report(`pulling ${pulled.join(", ")}`);
    await step(
      out,
      ["pull", "--quiet", "--ignore-buildable", "--policy", "missing"],
      "pull the images",
      signal,
    );
  }
  if (missing.length > pulled.length) {
    report("building; the first time takes a minute or two");
    await step(
      out,
      ["build", "--quiet", "tracking-server"],
      "build the tracking server's image",
      signal,
    );
  }
}

/** Starts everything and waits until it is healthy. */
export async function startContainers(
  settings: Settings,
  report: Report,
  signal: AbortSignal,
): Promise<void> {
  const { out } = settings;
  let last = "";
  const timer = setInterval(() => {
    void containerStates(out).then(
      (states) => {
        const line = summary(states);
        if (line !== last) report(line);
        last = line;
      },
      () => undefined,
    );
  }, 1000);
  try {
    const words = ["up", "--detach", "--remove-orphans", "--wait", "--wait-timeout", "300"];
    const { exitCode, stderr } = await run(composeWords(out, words), { cancelSignal: signal });
    signal.throwIfAborted();
    if (exitCode !== 0) throw await explain(out, stderr);
  } finally {
    clearInterval(timer);
  }
}

async function step(
  out: string,
  words: readonly string[],
  what: string,
  signal: AbortSignal,
): Promise<void> {
  const { exitCode, stderr, stdout } = await run(composeWords(out, words), {
    cancelSignal: signal,
  });
  signal.throwIfAborted();
  if (exitCode === 0) return;
  const said = `${stdout}\n${stderr}`.trim().split("\n").slice(-12).join("\n");
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
async function explain(out: string, stderr: string): Promise<Error> {
  const states = await containerStates(out);
  const failed = states.find(
    ({ state, exitCode, health }) =>
      (state === "exited" && exitCode !== 0) || state === "restarting" || health === "unhealthy",
  );
  if (!failed) return new Error(`docker compose up failed: ${lastLine(stderr)}`);
  const { stdout } = await compose(out, [
    "logs",
    "--no-log-prefix",
    "--tail",
    "15",
    failed.service,
  ]);
  return new Error(`${failed.service} did not come up. It said last:\n${stdout.trim()}`);
}
