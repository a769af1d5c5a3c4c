import { isLoopback, localUrl, reachableHost, type Listener } from "../tools/listener.js";
import type { ChosenRuntime } from "./choose-runtime.js";

/** The engine of another machine, where the server's address is not one of this machine; else undefined. */
function otherMachine({ host }: Listener, runtime: ChosenRuntime): string | undefined {
  if (runtime.name === "process" || runtime.engine.sharesHost) return undefined;
  return isLoopback(reachableHost(host)) ? runtime.engine.endpoint : undefined;
}

/**
 * Does `work` with a URL that leads to the server from here: as its clients have it, or through ssh
 * where it listens on the loopback address of another machine.
 */
export async function withServerUrl<T>(
  listener: Listener,
  runtime: ChosenRuntime,
  work: (url: string) => Promise<T>,
): Promise<T> {
  const url = otherMachine(listener, runtime);
  if (url === undefined) return work(localUrl(listener));
  const { resolveDockerHost } = await import("../../constructs/docker/host.js");
  const { withTunnel } = await import("../host/tunnel.js");
  return withTunnel(resolveDockerHost({ url }), listener.host, listener.port, work);
}

/** What leads from here to a server that only its own machine reaches; undefined: nothing needs to. */
export async function tunnelCommand(
  { host, port }: Listener,
  runtime: ChosenRuntime,
): Promise<string | undefined> {
  const url = otherMachine({ host, port }, runtime);
  // On all addresses it has one that leads to it.
  if (!url?.startsWith("ssh:") || reachableHost(host) !== host) return undefined;
  const { resolveDockerHost, sshByHand } = await import("../../constructs/docker/host.js");
  return `${sshByHand(resolveDockerHost({ url }))} -N -L ${port}:127.0.0.1:${port}`;
}
