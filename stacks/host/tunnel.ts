import { execa } from "execa";
import { connect, createServer } from "node:net";
import { setTimeout as sleep } from "node:timers/promises";
import { sshWords, type DockerHost } from "../../constructs/docker/host.js";
import { lastLine } from "../tools/docker.js";
import { isLoopback, localUrl, reachableHost } from "../tools/listener.js";
import { unshared } from "./run.js";
import { hostName, whySshFailed } from "./ssh-failure.js";

/** Milliseconds in which the way must be there. */
const patience = 30_000;

/**
 * Does `work` with a URL of this machine that leads to a port of the host, and ends the way
 * afterwards, whatever happens. An engine of this machine needs none, and one over TCP has none but
 * the address itself.
 *
 * @param remoteAddress - as the server listens there, such as `127.0.0.1`
 */
export async function withTunnel<T>(
  host: DockerHost,
  remoteAddress: string,
  remotePort: number,
  work: (localUrl: string) => Promise<T>,
  signal?: AbortSignal,
): Promise<T> {
  if (host.kind !== "ssh") return work(directUrl(host, remoteAddress, remotePort));
  const target = `${bracketed(reachableHost(remoteAddress))}:${remotePort}`;
  const tunnel = await openTunnel(host, target, signal);
  try {
    return await work(tunnel.url);
  } catch (error) {
    const reason = tunnel.reason();
    if (reason === undefined) throw error;
    throw new Error(`${reason} (${(error as Error).message})`, { cause: error });
  } finally {
    await tunnel.close();
  }
}

const bracketed = (address: string): string => (address.includes(":") ? `[${address}]` : address);

function directUrl(host: DockerHost, remoteAddress: string, port: number): string {
  if (host.kind === "local") return localUrl({ host: remoteAddress, port });
  if (isLoopback(remoteAddress)) {
    throw new Error(
      `the server listens on ${remoteAddress} of ${hostName(host)} alone, where this machine does not reach it; use an ssh:// host, or another MLFLOW_HOST`,
    );
  }
  const name = /^tcp:\/\/(.+):\d+$/.exec(host.url ?? "")?.[1] ?? "";
  return /^(0\.0\.0\.0|::)$/.test(remoteAddress)
    ? `http://${name}:${port}`
    : localUrl({ host: remoteAddress, port });
}

interface Tunnel {
  readonly url: string;
  /** What went wrong with the way itself; undefined: nothing. */
  reason(): string | undefined;
  close(): Promise<void>;
}

async function openTunnel(
  host: DockerHost,
  target: string,
  signal: AbortSignal | undefined,
  attempts = 3,
): Promise<Tunnel> {
  const port = await freePort();
  // A forward of a shared connection would outlive this command.
  const way = ["-o", "ExitOnForwardFailure=yes", "-N", "-L", `127.0.0.1:${port}:${target}`];
  const words = [...way, ...sshWords(unshared(host))];
  let stderr = "";
  let ended: number | undefined | "no" = "no";
  const child = execa("ssh", words, {
    reject: false,
    stdin: "ignore",
    stdout: "ignore",
    buffer: false,
  });
  child.stderr?.on(
    "data",
    (chunk: Buffer) => (stderr = (stderr + chunk.toString()).slice(-10_000)),
  );
  const end = child.then(({ exitCode, code }) => {
    ended = exitCode;
    return { exitCode, stdout: "", stderr, code };
  });
  const close = async (): Promise<void> => {
    child.kill();
    await end;
  };
  const deadline = Date.now() + patience;
  try {
    while (ended === "no" && !(await accepts(port))) {
      if (Date.now() > deadline) throw new Error(whySshFailed(host, { ...noAnswer, stderr }));
      await sleep(50, undefined, signal && { signal });
    }
  } catch (error) {
    await close();
    throw error;
  }
  if (ended === "no")
    return {
      url: `http://127.0.0.1:${port}`,
      reason: () => reasonOf(host, target, stderr, ended !== "no"),
      close,
    };
  // Another program may have taken the port since it was free.
  if (/Address already in use/.test(stderr) && attempts > 1) {
    return openTunnel(host, target, signal, attempts - 1);
  }
  throw new Error(whySshFailed(host, await end));
}

const noAnswer = { exitCode: undefined, stdout: "", code: undefined };

function reasonOf(
  host: DockerHost,
  target: string,
  stderr: string,
  ended: boolean,
): string | undefined {
  const refused = /open failed: (?:connect failed: )?(.+)/.exec(stderr)?.[1];
  if (refused !== undefined) return `${hostName(host)} does not reach ${target}: ${refused.trim()}`;
  if (!ended) return undefined;
  return `the connection to ${hostName(host)} broke: ${lastLine(stderr) || "ssh ended"}`;
}

function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.once("error", reject);
    server.listen({ host: "127.0.0.1", port: 0 }, () => {
      const address = server.address();
      server.close(() => resolve(typeof address === "object" && address ? address.port : 0));
    });
  });
}

function accepts(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect({ host: "127.0.0.1", port });
    socket.once("connect", () => resolve(true));
    socket.once("error", () => resolve(false));
    socket.once("close", () => socket.destroy());
    socket.once("connect", () => socket.destroy());
  });
}
