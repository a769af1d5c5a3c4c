import type { DockerHost } from "../../constructs/docker/host.js";
import { shellOnHost, unshared } from "./run.js";
import { askWhySshFailed, hostName } from "./ssh-failure.js";

/**
 * How the end of a connection shows: in `ssh`, in what works through it, and in a build that ended
 * without an image, which the provider then looks for in a registry.
 */
const signs = /exit status 255|error during connect|unable to pull image mlflow-stacks\//;

/**
 * Why work on the host failed, where the way there was why; undefined: it was something else. Asks
 * the host, because a shared connection that breaks says nothing to those that share it.
 *
 * @param said - what the failed command said
 */
export async function whyBroken(host: DockerHost, said: string): Promise<string | undefined> {
  if (host.kind !== "ssh" || !signs.test(said)) return undefined;
  const asked = await shellOnHost(unshared(host), "exit 0", [], { timeout: 20_000 });
  const back = asked === undefined || asked.exitCode === 0;
  const why = back
    ? `The connection to ${hostName(host)} broke.`
    : `The connection to ${hostName(host)} broke: ${await askWhySshFailed(host, asked)}`;
  return `${why}\nRun it again${back ? "" : " when it is back"}: it goes on where this ended.`;
}
