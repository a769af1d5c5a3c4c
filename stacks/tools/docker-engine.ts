import { execaSync } from "execa";
import { homedir } from "node:os";
import { join } from "node:path";
import { readIfExists } from "./files.js";

const standard = ["unix:///var/run/docker.sock", "npipe:////./pipe/docker_engine"];

/** URL of the engine that every program of this machine finds by itself. */
export const localEngine: string = standard[process.platform === "win32" ? 1 : 0] ?? "";

/** The same, but undefined for the engine that every program finds by itself. */
export const withoutStandard = (url: string | undefined): string | undefined =>
  url === undefined || url === "" || standard.includes(url) ? undefined : url;

/**
 * URL of the engine that `docker` uses: `DOCKER_HOST`, else that of the context in use.
 *
 * @returns undefined: the one that every program finds by itself
 */
export function currentEngine(): string | undefined {
  const named = process.env["DOCKER_HOST"];
  if (named !== undefined && named !== "") return withoutStandard(named);
  if (!hasContext()) return undefined;
  const words = ["context", "inspect", "--format", "{{.Endpoints.docker.Host}}"];
  const asked = execaSync("docker", words, { reject: false, timeout: 5000 });
  return withoutStandard(asked.exitCode === 0 ? String(asked.stdout).trim() : "");
}

/** Whether somebody chose a context: most have not, and to ask `docker` takes longer than to look. */
function hasContext(): boolean {
  const chosen = process.env["DOCKER_CONTEXT"];
  if (chosen) return chosen !== "default";
  const folder = process.env["DOCKER_CONFIG"] || join(homedir(), ".docker");
  const text = readIfExists(join(folder, "config.json")) ?? "";
  return /"currentContext"\s*:\s*"(?!default")/.test(text);
}
