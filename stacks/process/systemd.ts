import { processFolders, type ProcessContext } from "./context.js";
import type { PythonEnvironment } from "./environment.js";
import { inspectProcess } from "./process-table.js";
import type { Launch } from "./launch.js";
import { localServer, type LocalServer } from "./server.js";
import { readState } from "./state.js";
import { systemctl, unitPid } from "./systemctl.js";
import { installUnit, unitOwner } from "./unit-file.js";

/** Name of the deployment's unit. */
export const unitName = ({ deployment }: Pick<ProcessContext, "deployment">): string =>
  `${deployment.name}.service`;

/** The unit that runs the server of this folder, where one was asked for. */
export const installedUnit = (out: string): string | undefined => readState(out)?.unit;

/**
 * A unit of the user's own systemd (244 or newer), which starts the server at login, or at boot
 * where the user lingers, and again whenever it ends.
 *
 * @param environment - whose interpreter runs it
 * @see https://www.freedesktop.org/software/systemd/man/latest/systemd.service.html
 */
export function renderUnit(
  context: ProcessContext,
  environment: Pick<PythonEnvironment, "python">,
): string {
  const { rendered, facts } = localServer(context, environment);
  const variables = Object.entries(rendered.environment);
  return [
    unitOwner(context.out).trimEnd(),
    "[Unit]",
    `Description=MLflow tracking server (${context.deployment.topology})`,
    "",
    "[Service]",
    "Type=exec",
    `WorkingDirectory=${specifiers(processFolders(context.out).process.path)}`,
    ...variables.map(([name, value]) => `Environment=${quote(`${name}=${value}`)}`),
    // The jobs' variables are among the server's.
    ...rendered.jobs.map(({ command }) => `ExecStartPre=${words(command)}`),
    `ExecStart=${words(rendered.command)}`,
    `StandardOutput=append:${specifiers(facts.log)}`,
    "StandardError=inherit",
    "UMask=0077",
    "Restart=always",
    "RestartSec=5",
    `TimeoutStartSec=${rendered.startSeconds}`,
    `TimeoutStopSec=${rendered.stopGraceSeconds}`,
    "",
    "[Install]",
    "WantedBy=default.target",
    "",
  ].join("\n");
}

/** `:` keeps `$` as it is. */
const words = (command: readonly string[]): string => `:${command.map(quote).join(" ")}`;

/** `%` begins a specifier everywhere in a unit. */
const specifiers = (text: string): string => text.replaceAll("%", "%%");

const quote = (text: string): string =>
  `"${specifiers(text).replace(/[\\"]/g, (character) => `\\${character}`)}"`;

/** Writes the unit, enables it and starts it. */
export async function launchUnit(
  context: ProcessContext,
  server: LocalServer,
  unit: string,
): Promise<Launch> {
  const python = server.rendered.command[0] ?? "";
  await installUnit(context.out, unit, renderUnit(context, { python }));
  await systemctl("enable", unit);
  await systemctl("restart", unit);
  const pid = unitPid(unit) ?? 0;
  const identity = inspectProcess(pid)?.identity ?? "";
  // Another pid is a second try of systemd's, so the first one failed.
  return { pid, identity, runs: () => pid > 0 && unitPid(unit) === pid };
}
