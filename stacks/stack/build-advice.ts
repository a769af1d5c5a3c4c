import { existsSync, readdirSync } from "node:fs";
import { join, relative } from "node:path";
import type { DockerHost } from "../../constructs/docker/host.js";
import { shellWord } from "../tools/shell-word.js";

/** The provider tells which step of a build failed, and not what the step said. */
const failedBuild = /legacy build|executor failed running|returned a non-zero code|failed to solve/;

/**
 * The command that shows all of a build that failed.
 *
 * @param said - what Terraform said of it
 * @param directory - the configuration, with the build context below it
 */
export function buildAdvice(said: string, directory: string, host: DockerHost): string | undefined {
  const context = failedBuild.test(said) ? contextBelow(join(directory, "assets")) : undefined;
  if (context === undefined) return undefined;
  const folder = relative(process.cwd(), context) || ".";
  // Over ssh the folder is here and the engine is there, which docker itself knows to bridge.
  const engine = host.url === undefined ? [] : ["-H", host.url];
  const words = ["docker", ...engine, "build", folder].map(shellWord);
  return `To see all of the build: ${words.join(" ")}`;
}

/** `assets/<name>/<hash>`, of which there is one. */
function contextBelow(assets: string): string | undefined {
  const name = firstIn(assets);
  const hash = name && firstIn(join(assets, name));
  return name && hash ? join(assets, name, hash) : undefined;
}

const firstIn = (folder: string): string | undefined =>
  existsSync(folder) ? readdirSync(folder)[0] : undefined;
