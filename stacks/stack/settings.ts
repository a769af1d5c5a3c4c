import { dirname, join } from "node:path";
import { resolveDockerHost, type DockerHost } from "../../constructs/docker/host.js";
import { Problems, topologyNames, type Topology } from "../../constructs/mlflow/index.js";
import { loadDeployment, readStackValues, type Machine } from "../../env/load.js";
import {
  outFolder,
  parseTopology,
  readValues,
  thisMachine,
  type Settings,
  type SettingsOptions,
} from "../settings.js";
import { parseStateBackend, type StateBackend } from "../terraform/state-backend.js";
import { attempt } from "../tools/attempt.js";
import { localEngine, withoutStandard } from "../tools/docker-engine.js";
import { flagPath, readFlags } from "../tools/flags.js";
import { readLastPlace, type LastPlace } from "./last-place.js";
import { requireStack } from "./names.js";

/** Options of plan, deploy, destroy and output, as commander gives them. */
export interface StackOptions extends Omit<SettingsOptions, "host" | "runtime"> {
  readonly topology?: string;
  /** URL of the Docker engine. */
  readonly host?: string;
  /** Address on which the server answers; `--host` is the engine here. */
  readonly listen?: string;
  readonly jump?: string;
  readonly sshKey?: string;
  readonly sshOption?: readonly string[];
  readonly state?: string;
  readonly terraformBinary?: string;
}

export interface StackSettings extends Omit<Settings, "runtime" | "stack"> {
  readonly stack: "home-lab";
  readonly host: DockerHost;
  readonly state: StateBackend;
  /** Where the stack is by now; undefined: nowhere. */
  readonly place: LastPlace | undefined;
  /** What was asked for and is not done, a sentence each. */
  readonly notes: readonly string[];
}

const stackFolder = (stack: string): string => join("mlflow", stack);

/**
 * As for a folder: flags, then the env file, then defaults. A name and a Docker host that nobody
 * names are those of the last deploy; a host also that of `docker`, which comes first.
 *
 * @param engine - the engine that `docker` would use; asked where nothing else names one
 * @throws {ConfigError} with every problem
 */
export function readStackSettings(
  stackText: string,
  options: StackOptions,
  engine: () => string | undefined,
): StackSettings {
  const stack = requireStack(stackText, "home-lab");
  const out = outFolder(stackFolder(stack), options);
  const problems = new Problems();
  const flags = stackFlags(options, problems);
  const read = attempt(problems, () => readWithFlags(out, options, flags));
  if (!read) throw problems.error();
  const { file, keep, notes } = read;
  const given = filled(read.values);
  const wanted = readStackValues(given);
  const state = attempt(problems, () => parseStateBackend(wanted.state));
  const place = attempt(problems, () => readLastPlace(out, state?.kind === "local"));
  const values = { MLSTACK_NAME: place?.name || `mlflow-${stack}`, ...given };
  const url = engineUrl(wanted.dockerHost, place, engine);
  const host = attempt(problems, () =>
    // What is wrong with the flag is told above, and ssh settings are none without it.
    resolveDockerHost(
      options.host?.includes("://") === false
        ? {}
        : {
            ...defined("url", url),
            ...defined("jump", wanted.sshJump),
            ...defined("keyFile", wanted.sshKey),
            ...defined("options", wanted.sshOptions),
            multiplex: process.platform !== "win32",
          },
    ),
  );
  problems.require(
    url !== undefined || place === undefined || place.host !== undefined,
    "MLSTACK_DOCKER_HOST",
    `must be given (--host), because "${place?.file}" has the deployment "${place?.name}" and does not tell where it is; for this machine's engine: --host ${localEngine}`,
  );
  const topology = attempt(problems, () => topologyOf(values));
  const machine = hostMachine(url, dirname(file));
  const loaded =
    topology && attempt(problems, () => loadDeployment(topology, values, machine, "stack"));
  problems.throwIfAny();
  if (!topology || !loaded || !host || !state) throw new Error("bug: settings without a problem");
  const { deployment, secrets } = loaded;
  const source = `"${file}"`;
  return { stack, topology, out, keep, source, deployment, secrets, host, state, place, notes };
}

/** The socket that `docker` takes by itself is this machine's engine, however it was named. */
function engineUrl(
  named: string | undefined,
  place: LastPlace | undefined,
  engine: () => string | undefined,
): string | undefined {
  if (named === undefined) return engine() ?? (place?.host || undefined);
  const isUnknown = place !== undefined && place.host === undefined;
  if (isUnknown || withoutStandard(named) !== undefined) return named;
  return engine() === undefined ? undefined : named;
}

/**
 * The values of the folder with the flags. Settings of ssh that an earlier run has left are no
 * part of a host that `--host` names and that is not reached by ssh.
 */
function readWithFlags(
  out: string,
  options: StackOptions,
  flags: Readonly<Record<string, string>>,
): ReturnType<typeof readValues> & Pick<StackSettings, "notes"> {
  const read = readValues(out, options, flags, topologyFor, "stack");
  const host = flags["MLSTACK_DOCKER_HOST"];
  if (host === undefined || host.startsWith("ssh:")) return { ...read, notes: [] };
  const aside = sshVariables.filter((name) => read.values[name] && flags[name] === undefined);
  if (aside.length === 0) return { ...read, notes: [] };
  const empty = Object.fromEntries(aside.map((name) => [name, ""]));
  return {
    ...readValues(out, options, { ...flags, ...empty }, topologyFor, "stack"),
    notes: [`${aside.join(", ")} of "${read.file}" is left aside, because ${host} needs no ssh`],
  };
}

const sshVariables = ["MLSTACK_SSH_JUMP", "MLSTACK_SSH_KEY", "MLSTACK_SSH_OPTIONS"] as const;

/**
 * The machine whose paths and users the settings are about. Of one that is reached over a network
 * only Linux is known, and nothing of who is at it; no path there is relative to one here.
 */
function hostMachine(url: string | undefined, directory: string): Machine {
  const { user: _, ...here } = thisMachine(directory);
  return /^(ssh|tcp):/.test(url ?? "") ? { pathStyle: "posix", directory: "/" } : here;
}

function topologyOf(values: Readonly<Record<string, string>>): Topology {
  const text = values["MLSTACK_TOPOLOGY"];
  return text === undefined || text === "" ? "remote-server" : parseTopology(text);
}

/** The same for the text of a new env file, which is written only when the topology is right. */
const topologyFor = (values: Readonly<Record<string, string>>): Topology =>
  topologyNames.find((name) => name === values["MLSTACK_TOPOLOGY"]) ?? "remote-server";

/** Flags of a stack as variables, but for those that are wrong. */
function stackFlags(options: StackOptions, problems: Problems): Record<string, string> {
  const { host, listen, topology, jump, sshKey, sshOption, state, ...others } = options;
  const isUrl = problems.require(
    host === undefined || host.includes("://"),
    "--host",
    `must be the URL of a Docker engine, such as ssh://user@box; got "${host}"; the address on which the server answers is --listen`,
  );
  return {
    ...readFlags({ ...others, ...defined("host", listen) }, problems),
    ...defined("MLSTACK_TOPOLOGY", topology),
    ...defined("MLSTACK_DOCKER_HOST", isUrl ? host : undefined),
    ...defined("MLSTACK_SSH_JUMP", jump),
    ...defined("MLSTACK_SSH_KEY", sshKey === undefined ? undefined : flagPath(sshKey)),
    ...defined("MLSTACK_SSH_OPTIONS", sshOption?.join(";")),
    ...defined("MLSTACK_STATE", state),
  };
}

const filled = (values: Readonly<Record<string, string>>): Record<string, string> =>
  Object.fromEntries(Object.entries(values).filter(([, value]) => value !== ""));

const defined = <K extends string, T>(name: K, value: T | undefined): { [P in K]?: T } =>
  (value === undefined ? {} : { [name]: value }) as { [P in K]?: T };
