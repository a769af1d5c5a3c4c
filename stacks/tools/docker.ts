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
  /** Whether the engine runs on this machine's own kernel, so that its ports and disks are ours. */
  readonly local: boolean;
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
    local: await isLocal(String(facts?.["OperatingSystem"] ?? "")),
  };
  return { ok: true, engine };
}

async function isLocal(operatingSystem: string): Promise<boolean> {
  if (process.platform !== "linux" || operatingSystem.includes("Docker Desktop")) return false;
  const endpoint =
    process.env["DOCKER_HOST"] ??
    (await run(["context", "inspect", "--format", "{{.Endpoints.docker.Host}}"])).stdout.trim();
  return endpoint === "" || endpoint.startsWith("unix://");
}

const parseJson = (text: string): Record<string, unknown> | undefined => {
  try {
    return JSON.parse(text) as Record<string, unknown>;
  } catch {
    return undefined;
  }
};

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
  const result = await execa("docker", words, {
    ...environment,
    ...input,
    ...options,
    reject: false,
  });
  const text = (output: unknown) => (typeof output === "string" ? output : "");
  return {
    exitCode: result.exitCode,
    stdout: text(result.stdout),
    stderr: text(result.stderr),
    code: result.code,
  };
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

/** One container of the folder, jobs that ended included. */
export interface ContainerState {
  readonly service: string;
  readonly id: string;
  /** `running`, `exited`, `created`, `restarting`, … */
  readonly state: string;
  /** `healthy`, `unhealthy`, `starting` or empty. */
  readonly health: string;
  readonly exitCode: number;
  /** `Up 3 minutes (healthy)`. */
  readonly status: string;
  /** `127.0.0.1:5000`, as published on the host. */
  readonly published: readonly string[];
}

/** The folder's containers; none where Docker does not answer. */
export async function containerStates(out: string): Promise<readonly ContainerState[]> {
  return parseStates((await listContainers(out)).stdout);
}

/** @throws {Error} where Docker does not answer, so that "nothing runs" is true */
export async function requireContainerStates(out: string): Promise<readonly ContainerState[]> {
  const ran = await listContainers(out);
  if (ran.exitCode !== 0) throw new Error(`docker compose ps failed: ${whyFailed(ran)}`);
  return parseStates(ran.stdout);
}

const listContainers = (out: string): Promise<Ran> =>
  compose(out, ["ps", "--all", "--format", "json"], { timeout: 20_000 });

function parseStates(stdout: string): readonly ContainerState[] {
  // One object a line; releases before 2.21 wrote one array.
  const rows = stdout.trim().startsWith("[")
    ? (JSON.parse(stdout) as Record<string, unknown>[])
    : stdout.split("\n").flatMap((line): Record<string, unknown>[] => {
        const row = parseJson(line);
        return row ? [row] : [];
      });
  return rows.map((row) => ({
    service: String(row["Service"]),
    id: String(row["ID"]),
    state: String(row["State"]),
    health: String(row["Health"] ?? ""),
    exitCode: Number(row["ExitCode"] ?? 0),
    status: String(row["Status"] ?? ""),
    published: ((row["Publishers"] ?? []) as { URL: string; PublishedPort: number }[]).map(
      ({ URL: address, PublishedPort: port }) => `${address}:${port}`,
    ),
  }));
}
