import { hostProfiles, requireTarget } from "../../constructs/mlflow/index.js";
import { requireFreePort } from "../tools/port.js";
import { redact } from "../tools/redact.js";
import { writeRuntime } from "../tools/runtime-record.js";
import { processFolders, type ProcessContext } from "./context.js";
import { prepareEnvironment, type PythonEnvironment } from "./environment.js";
import { stepFailed } from "./failure.js";
import { prepareFolders } from "./folders.js";
import { waitUntilHealthy } from "./health.js";
import { runJobs } from "./jobs.js";
import { launchDetached, type Launch } from "./launch.js";
import { withLock } from "./lock.js";
import { logSince, logSize, rotateLog } from "./log-file.js";
import { localServer, type LocalServer } from "./server.js";
import { readState, runningPid, writeState, type ProcessState } from "./state.js";
import { stopServer } from "./stop.js";
import { installedUnit, launchUnit } from "./systemd.js";

/** What a start had to do. */
export type StartResult = "started" | "already-running" | "restarted";

/** Seconds in which a server that runs already has to answer, before it is started anew. */
const patience = 30;

/**
 * Starts the tracking server and waits until it answers. One that runs with the same settings is
 * left alone; one with other settings is stopped first.
 *
 * @throws {ConfigError} for a deployment, port or folder that can't be used
 */
export async function startProcess(context: ProcessContext): Promise<StartResult> {
  const unit = installedUnit(context.out);
  return startAs(context, unit);
}

/** @param unit - the systemd user unit that shall run it; undefined: a detached process */
export async function startAs(
  context: ProcessContext,
  unit: string | undefined,
): Promise<StartResult> {
  requireTarget(context.deployment, "process");
  const environment = await prepareEnvironment(context);
  return withLock(context.out, context, () => start(context, environment, unit));
}

async function start(
  context: ProcessContext,
  environment: PythonEnvironment,
  unit: string | undefined,
): Promise<StartResult> {
  const server = localServer(context, environment);
  writeRuntime(context.out, "process");
  prepareFolders(context);
  const state = readState(context.out);
  const pid = state && runningPid(context.out, state);
  if (state && pid !== undefined && (await isAsWanted(context, server, state, unit))) {
    return "already-running";
  }
  const { listener } = server.facts;
  const moves = state?.listener.host !== listener.host || state.listener.port !== listener.port;
  if (state && pid !== undefined) {
    // A new place is looked at while the old server still serves.
    if (moves) await requireFreePort(listener, 0);
    context.report?.("Stopping the server, whose settings changed");
    await stopServer(context.out, state, pid);
  }
  // Threads of a server that was just killed hold its port a moment longer than its pid.
  await requireFreePort(listener, moves ? 0 : 3, context.signal);
  rotateLog(server.facts.log, hostProfiles[context.deployment.profile].logMiB * 1024 * 1024);
  await runJobs(context, server);
  await launch(context, server, unit);
  return pid === undefined ? "started" : "restarted";
}

async function isAsWanted(
  context: ProcessContext,
  server: LocalServer,
  state: ProcessState,
  unit: string | undefined,
): Promise<boolean> {
  if (state.fingerprint !== server.facts.fingerprint || state.unit !== unit) return false;
  const runs = () => runningPid(context.out, state) !== undefined;
  const result = await waitUntilHealthy(state.listener, patience, runs, context.signal);
  return result === "healthy";
}

async function launch(
  context: ProcessContext,
  server: LocalServer,
  unit: string | undefined,
): Promise<void> {
  const { out, signal, report } = context;
  const { facts, rendered } = server;
  const offset = logSize(facts.log);
  report?.("Starting the tracking server");
  const launched: Launch = unit
    ? await launchUnit(context, server, unit)
    : launchDetached(rendered, processFolders(out).process.path, facts.log);
  const state: ProcessState = {
    pid: launched.pid,
    identity: launched.identity,
    ...facts,
    startedAt: new Date().toISOString(),
    ...(unit !== undefined && { unit }),
  };
  writeState(out, state);
  try {
    const seconds = rendered.startSeconds;
    const result = await waitUntilHealthy(facts.listener, seconds, launched.runs, signal);
    if (result === "healthy") return;
    const step = `tracking server: ${result === "ended" ? "start" : `answer within ${seconds} s`}`;
    const output = redact(logSince(facts.log, offset), context.secrets);
    throw stepFailed(step, output, `The whole log is "${facts.log}"; run the command again.`);
  } catch (error) {
    // Nothing half-started stays behind, neither after a failure nor after Ctrl-C.
    const pid = runningPid(out, state);
    if (pid !== undefined || unit !== undefined) await stopServer(out, state, pid);
    throw error;
  }
}
