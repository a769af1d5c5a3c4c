import { createHash } from "node:crypto";
import type { ProcessContext } from "./context.js";
import { dataFolder, logFile, processFolders } from "./context.js";
import type { PythonEnvironment } from "./environment.js";
import { renderProcess, type RenderedProcess } from "./render.js";
import type { ProcessState } from "./state.js";

/** The server that a context asks for, on this machine. */
export interface LocalServer {
  readonly rendered: RenderedProcess;
  /** What `ProcessState` keeps of it, but for what only a start knows. */
  readonly facts: Pick<
    ProcessState,
    "url" | "listener" | "log" | "data" | "fingerprint" | "stopGraceSeconds"
  >;
}

/** @throws {ConfigError} for a deployment that needs containers */
export function localServer(
  context: ProcessContext,
  environment: Pick<PythonEnvironment, "python">,
): LocalServer {
  const { deployment, out, secrets, assets } = context;
  const data = dataFolder(context);
  const rendered = renderProcess(deployment, {
    ...processFolders(out),
    python: environment.python,
    data,
  });
  const { bindAddress, port, publicUrls } = deployment.trackingServer;
  const content = JSON.stringify([rendered, Object.entries(secrets).sort(), assets.scripts]);
  const listener = { host: bindAddress, port };
  return {
    rendered,
    facts: {
      listener,
      url: publicUrls[0] ?? `http://${bindAddress}:${port}`,
      log: logFile(out),
      data: data.path,
      fingerprint: createHash("sha256").update(content).digest("hex").slice(0, 16),
      stopGraceSeconds: rendered.stopGraceSeconds,
    },
  };
}
