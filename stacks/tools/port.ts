import { connect, createServer } from "node:net";
import { setTimeout as sleep } from "node:timers/promises";
import { ConfigError, type Problem } from "../../constructs/mlflow/index.js";
import { reachableHost, type Listener } from "./listener.js";

/**
 * @param seconds - to wait for a program that is about to end
 * @throws {ConfigError} naming the setting, when the server could not listen there
 */
export async function requireFreePort(
  listener: Listener,
  seconds: number,
  signal?: AbortSignal,
): Promise<void> {
  const deadline = Date.now() + seconds * 1000;
  for (;;) {
    const taken = await tryPort(listener);
    if (taken === undefined) return;
    if (taken !== "EADDRINUSE" || Date.now() > deadline) {
      throw new ConfigError([describe(taken, listener)]);
    }
    signal?.throwIfAborted();
    await sleep(100);
  }
}

/** Why a server could not listen there now; undefined: it could. */
export async function portProblem(listener: Listener): Promise<Problem | undefined> {
  const code = await tryPort(listener);
  return code === undefined ? undefined : describe(code, listener);
}

/** Asked first: a program on all addresses does not keep another from one of them everywhere. */
const tryPort = async ({ host, port }: Listener): Promise<string | undefined> =>
  (await answers(reachableHost(host), port)) ? "EADDRINUSE" : tryListen(host, port);

function describe(code: string, { host, port }: Listener): Problem {
  switch (code) {
    case "EADDRINUSE": {
      const airplay =
        process.platform === "darwin" && port === 5000 ? " (on macOS often AirPlay Receiver)" : "";
      return {
        path: "MLFLOW_PORT",
        problem: `must be a free port; ${port} on ${host} is taken by another program${airplay}; stop that, or use another one, such as --port ${port < 65_535 ? port + 1 : port - 1}`,
      };
    }
    case "EACCES":
      return {
        path: "MLFLOW_PORT",
        problem: `must be a port that you may open; got "${port}"; use 1024 or more`,
      };
    case "EADDRNOTAVAIL":
    case "EAFNOSUPPORT":
      return { path: "MLFLOW_HOST", problem: `must be an address of this machine; got "${host}"` };
    default:
      return { path: "MLFLOW_PORT", problem: `cannot listen on ${port} of ${host}: ${code}` };
  }
}

function answers(host: string, port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect({ host, port, timeout: 1000 });
    const end = (answer: boolean) => {
      socket.destroy();
      resolve(answer);
    };
    socket.once("connect", () => end(true));
    socket.once("error", () => end(false));
    socket.once("timeout", () => end(false));
  });
}

function tryListen(host: string, port: number): Promise<string | undefined> {
  return new Promise((resolve) => {
    const server = createServer();
    server.once("error", (error: NodeJS.ErrnoException) => resolve(error.code ?? error.message));
    server.listen({ host, port, exclusive: true }, () => server.close(() => resolve(undefined)));
  });
}
