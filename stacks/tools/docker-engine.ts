import { execaSync } from "execa";

const standard = ["unix:///var/run/docker.sock", "npipe:////./pipe/docker_engine"];

/**
 * URL of the engine that `docker` uses: `DOCKER_HOST`, else that of the context in use.
 *
 * @returns undefined: the one that every program finds by itself
 */
export function currentEngine(): string | undefined {
  const named = process.env["DOCKER_HOST"];
  if (named !== undefined && named !== "") return named;
  const words = ["context", "inspect", "--format", "{{.Endpoints.docker.Host}}"];
  const asked = execaSync("docker", words, { reject: false, timeout: 5000 });
  const url = asked.exitCode === 0 ? String(asked.stdout).trim() : "";
  return url === "" || standard.includes(url) ? undefined : url;
}
