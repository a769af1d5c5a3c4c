import { dirname, join } from "node:path";
import { resolveDockerHost, type DockerHost } from "../../constructs/docker/host.js";
import {
  ConfigError,
  Problems,
  topologyNames,
  type Topology,
} from "../../constructs/mlflow/index.js";
import { inEnvironmentWords, loadDeployment, type Machine } from "../../env/load.js";
import {
  outFolder,
  parseTopology,
  readValues,
  thisMachine,
  type Settings,
  type SettingsOptions,
} from "../settings.js";
import { parseStateBackend, type StateBackend } from "../terraform/state-backend.js";
import { deployedHost } from "../tools/deployed-record.js";
import { flagPath, flagValues } from "../tools/flags.js";

/** What Terraform makes, by the name people type. */
export const stackNames = ["home-lab"] as const;

export type StackName = (typeof stackNames)[number];

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
  readonly stack: StackName;
  readonly host: DockerHost;
  readonly state: StateBackend;
}

/** @throws {ConfigError} when `text` is not a stack */
function parseStack(text: string): StackName {
  const stack = stackNames.find((name) => name === text);
  if (stack) return stack;
  const hint = (topologyNames as readonly string[]).includes(text)
    ? `; use ${stackNames[0]} --topology ${text}`
    : "";
  const names = stackNames.map((name) => `"${name}"`).join(" or ");
  throw new ConfigError([{ path: "stack", problem: `must be ${names}; got "${text}"${hint}` }]);
}

const stackFolder = (stack: StackName): string => join("mlflow", stack);

/**
 * As for a folder: flags, then the env file, then defaults; and the Docker host, which is
 * that of `docker`, else of the last deploy, where nothing names one.
 *
 * @param engine - the engine that `docker` would use; asked where nothing else names one
 * @throws {ConfigError} with every problem
 */
export function readStackSettings(
  stackText: string,
  options: StackOptions,
  engine: () => string | undefined,
): StackSettings {
  const stack = parseStack(stackText);
  const out = outFolder(stackFolder(stack), options);
  const {
    values: read,
    file,
    keep,
  } = readValues(out, options, stackFlags(options), topologyOf, "stack");
  const values: Readonly<Record<string, string>> = {
    MLSTACK_NAME: `mlflow-${stack}`,
    ...filled(read),
  };
  const topology = topologyOf(values);
  const machine = hostMachine(values["MLSTACK_DOCKER_HOST"], dirname(file));
  const problems = new Problems();
  const loaded = attempt(problems, () => loadDeployment(topology, values, machine, "stack"));
  const wanted = loaded?.stack;
  const host = attempt(problems, () =>
    resolveDockerHost({
      ...defined("url", wanted ? (wanted.dockerHost ?? engine() ?? deployedHost(out)) : undefined),
      ...defined("jump", wanted?.sshJump),
      ...defined("keyFile", wanted?.sshKey),
      ...defined("options", wanted?.sshOptions),
      multiplex: process.platform !== "win32",
    }),
  );
  const state = attempt(problems, () => parseStateBackend(wanted?.state));
  problems.throwIfAny();
  if (!loaded || !host || !state) throw new Error("bug: settings are missing without a problem");
  const { deployment, secrets } = loaded;
  return { stack, topology, out, keep, source: `"${file}"`, deployment, secrets, host, state };
}

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

/** Flags of a stack as variables. */
function stackFlags(options: StackOptions): Record<string, string> {
  const { host, listen, topology, jump, sshKey, sshOption, state, ...others } = options;
  if (host !== undefined && !host.includes("://")) {
    const problem = `must be the URL of a Docker engine, such as ssh://user@box; got "${host}"; the address on which the server answers is --listen`;
    throw new ConfigError([{ path: "--host", problem }]);
  }
  return {
    ...flagValues({ ...others, ...defined("host", listen) }),
    ...defined("MLSTACK_TOPOLOGY", topology),
    ...defined("MLSTACK_DOCKER_HOST", host),
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

/** The result, or undefined and its problems among the others. */
function attempt<T>(problems: Problems, work: () => T): T | undefined {
  try {
    return work();
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    for (const { path, problem } of inEnvironmentWords(error).problems) problems.add(path, problem);
    return undefined;
  }
}
