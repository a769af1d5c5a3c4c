import { execa, type Options } from "execa";
import { join } from "node:path";
import { secretsRevision } from "../../compose-templates/service.js";
import { secretNames } from "../../constructs/mlflow/index.js";

/** What the engine says of itself. */
export interface Engine {
  readonly version: string;
  readonly composeVersion: string;
  readonly cpus: number;
  readonly memoryMiB: number;
  /** Directory of images and volumes, on the engine's machine. */
  readonly root: string;
  /** `unix:///var/run/docker.sock`, `ssh://user@box`; empty: what `docker` takes by itself. */
  readonly endpoint: string;
  /**
   * Whether the ports that it publishes and the folders that it mounts are this machine's: also for
   * the virtual machine of Docker Desktop.
   */
  readonly sharesHost: boolean;
  /** Whether it runs on this machine's own kernel, so that its memory, disk and users are ours too. */
  readonly sharesKernel: boolean;
}

export type EngineAnswer =
  { readonly ok: true; readonly engine: Engine } | { readonly ok: false; readonly problem: string };

/** Asks the engine, for at most ten seconds. */
export async function askEngine(): Promise<EngineAnswer> {
  const info = await run(["info", "--format", "{{json .}}"], { timeout: 10_000 });
  if (info.code === "ENOENT") return { ok: false, problem: "there is no docker command on PATH" };
  const facts = parseJson(info.stdout);
  const version = facts?.["ServerVersion"];
  if (typeof version !== "string" || version === "") {
    const said =
      lastLine(info.stderr) || lastLine(String(facts?.["ServerErrors"] ?? "")) || "no answer";
    return { ok: false, problem: `the Docker engine does not answer: ${said}` };
  }
  const compose = await run(["compose", "version", "--short"], { timeout: 10_000 });
  if (compose.exitCode !== 0) {
    return {
      ok: false,
      problem: "docker has no compose command; install the docker-compose-plugin",
    };
  }
  const engine: Engine = {
    version,
    composeVersion: compose.stdout.trim().replace(/^v/, ""),
    cpus: Number(facts?.["NCPU"] ?? 1),
    memoryMiB: Math.floor(Number(facts?.["MemTotal"] ?? 0) / 2 ** 20),
    root: String(facts?.["DockerRootDir"] ?? ""),
    ...(await place(String(facts?.["OperatingSystem"] ?? ""))),
  };
  return { ok: true, engine };
}

async function place(
  operatingSystem: string,
): Promise<Pick<Engine, "endpoint" | "sharesHost" | "sharesKernel">> {
  const endpoint =
    process.env["DOCKER_HOST"] ??
    (await run(["context", "inspect", "--format", "{{.Endpoints.docker.Host}}"])).stdout.trim();
  const sharesHost = endpoint === "" || /^(unix|npipe):/.test(endpoint);
  const isMachine = process.platform !== "linux" || operatingSystem.includes("Docker Desktop");
  return { endpoint, sharesHost, sharesKernel: sharesHost && !isMachine };
}

/** The object that a line of JSON is; undefined: it is none. */
export const parseJson = (text: string): Record<string, unknown> | undefined => {
  try {
    return JSON.parse(text) as Record<string, unknown>;
  } catch {
    return undefined;
  }
};

/** The last line of what a program printed. */
export const lastLine = (text: string): string => text.trim().split("\n").at(-1)?.trim() ?? "";

export interface Ran {
  readonly exitCode: number | undefined;
  readonly stdout: string;
  readonly stderr: string;
  /** `ENOENT`: there is no such program. */
  readonly code: string | undefined;
}

/** The shell's variables but for those of `.env`, which Compose would take from the shell first. */
function dockerEnvironment(): NodeJS.ProcessEnv {
  const ours = new Set<string>([
    ...secretNames,
    secretsRevision,
    "COMPOSE_FILE",
    "COMPOSE_PROJECT_NAME",
  ]);
  return Object.fromEntries(Object.entries(process.env).filter(([name]) => !ours.has(name)));
}

/** Runs `docker` and never throws; the caller knows what a failure means. */
export async function run(words: readonly string[], options: Options = {}): Promise<Ran> {
  const input: Options = options.stdio === undefined ? { stdin: "ignore" } : {};
  const environment = { env: dockerEnvironment(), extendEnv: false };
  const running = execa("docker", words, {
    ...environment,
    ...input,
    ...options,
    reject: false,
  });
  const result = await Promise.race([running, abandoned(options.cancelSignal)]);
  const text = (output: unknown) => (typeof output === "string" ? output : "");
  return {
    exitCode: result.exitCode,
    stdout: text(result.stdout),
    stderr: text(result.stderr),
    code: result.code,
  };
}

/** Milliseconds in which a command that was told to end may do so. */
const patience = 1000;

/** What `docker` starts may hold its output open long after it was told to end. */
function abandoned(signal: AbortSignal | undefined): Promise<Partial<Ran>> {
  return new Promise((resolve) => {
    const wait = () => setTimeout(() => resolve({}), patience).unref();
    if (signal?.aborted) wait();
    else signal?.addEventListener("abort", wait, { once: true });
  });
}

/** Why `docker` itself did not do as told, in a sentence. */
export const whyFailed = ({ code, stderr }: Ran): string =>
  code === "ENOENT" ? "there is no docker command on PATH" : lastLine(stderr) || "it said nothing";

/** Words of `docker compose` for the folder that `generate` wrote. */
export const composeWords = (out: string, words: readonly string[]): readonly string[] => [
  "compose",
  "--project-directory",
  out,
  "--file",
  join(out, "docker-compose.yml"),
  ...words,
];

export const compose = (
  out: string,
  words: readonly string[],
  options: Options = {},
): Promise<Ran> => run(composeWords(out, words), options);
