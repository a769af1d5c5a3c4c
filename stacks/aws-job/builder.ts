import { ConfigError } from "../../constructs/mlflow/index.js";
import { run, whyFailed } from "../tools/docker.js";

/** What the Docker engine of this machine can build. */
export interface Builder {
  /** `linux/amd64` */
  readonly own: string;
  /** Platforms that BuildKit lists, with the emulated ones; undefined: it was not asked. */
  readonly known: readonly string[] | undefined;
}

/** `docker build` takes the engine's own builder, whichever is in use for `docker buildx`. */
export const buildEnvironment = (): NodeJS.ProcessEnv => {
  const { BUILDX_BUILDER: _, ...environment } = process.env;
  // A list of images per build would count as several in the repository.
  return { ...environment, BUILDX_NO_DEFAULT_ATTESTATIONS: "1" };
};

/** @throws {ConfigError} where no engine answers, or it can't build for the platform */
export async function requireBuilder(platform: string): Promise<void> {
  const problem = builderProblem(platform, await askBuilder(platform));
  if (problem !== undefined) throw new ConfigError([problem]);
}

async function askBuilder(platform: string): Promise<Builder> {
  const words = ["version", "--format", "{{.Server.Os}}/{{.Server.Arch}}"];
  const version = await run(words, { timeout: 20_000 });
  if (version.exitCode !== 0) {
    const problem = `must answer, because the server's image is built where you deploy from: ${whyFailed(version)}; start Docker, or deploy from a machine that has it`;
    throw new ConfigError([{ path: "docker", problem }]);
  }
  const own = version.stdout.trim();
  if (own === platform) return { own, known: undefined };
  const context = (await run(["context", "show"], { timeout: 20_000 })).stdout.trim();
  const inspected = await run(["buildx", "inspect", context || "default"], { timeout: 60_000 });
  return { own, known: inspected.exitCode === 0 ? platformsIn(inspected.stdout) : undefined };
}

/** Platforms in what `docker buildx inspect` prints. */
export function platformsIn(text: string): readonly string[] {
  const [, list = ""] = /^\s*Platforms:\s*(.*)$/m.exec(text) ?? [];
  return list.split(",").map((platform) => platform.trim().replace(/\*$/, ""));
}

/** Why it can't build for `platform`, with both ways out; undefined: it can. */
export function builderProblem(platform: string, { own, known }: Builder) {
  if (own === platform || known?.includes(platform)) return undefined;
  const architecture = platform.slice("linux/".length);
  const other = platform === "linux/arm64" ? "x86_64" : "arm64";
  const missing =
    known === undefined
      ? `needs docker buildx, which is not installed`
      : `needs emulation, which this Docker (${own}) has not; install it with "docker run --privileged --rm tonistiigi/binfmt --install ${architecture}"`;
  return {
    path: "target.architecture (--architecture)",
    problem: `must be one that an image can be built for here; ${platform} ${missing}; or use target.architecture "${other}"`,
  };
}
