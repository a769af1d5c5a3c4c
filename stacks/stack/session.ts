import { existsSync } from "node:fs";
import { join } from "node:path";
import { ConfigError, type VolumeName } from "../../constructs/mlflow/index.js";
import { planFolder, readFolder, type Generated } from "../generate/folder.js";
import { whyBroken } from "../host/broken.js";
import { findTerraform } from "../terraform/binary.js";
import { Terraform } from "../terraform/terraform.js";
import { currentEngine } from "../tools/docker-engine.js";
import { buildAdvice } from "./build-advice.js";
import { resourceNames, type ResourceNames } from "./resource-names.js";
import { readStackSettings, type StackOptions, type StackSettings } from "./settings.js";
import { synthesise } from "./synth.js";
import { missingFolders, removeTrial } from "./trial.js";
import { folderSettings, terraformVariables } from "./variables.js";

/** A stack that was synthesised, and the Terraform that works on it. */
export interface StackSession {
  readonly settings: StackSettings;
  /** Secrets and client files, not written yet. */
  readonly generated: Generated;
  readonly names: ResourceNames;
  /** Names that the stack takes on the host. */
  readonly hostNames: Readonly<Record<"containers" | "networks" | "volumes", readonly string[]>>;
  readonly terraform: Terraform;
  /** `Terraform 1.11.4`. */
  readonly title: string;
}

export interface SessionOptions {
  readonly signal: AbortSignal;
  /** A line that replaces the last. */
  readonly report: (line: string) => void;
  /** Data volumes that may be destroyed. */
  readonly mayDestroy?: readonly VolumeName[];
  /**
   * Whether what is made needs every secret. Without, none is made or missed, a missing one is
   * empty, and the folder must be there.
   *
   * @default true
   */
  readonly needsSecrets?: boolean;
  /** Whether a folder that was not there shall go again. @default false */
  readonly isTrial?: boolean;
}

/**
 * Does `work` with a stack while no other command works in its folder: both would write the same
 * configuration and plan, and each take what the other makes for something out of place.
 */
export async function withSession<T>(
  stack: string,
  options: StackOptions,
  session: SessionOptions,
  work: (session: StackSession) => Promise<T>,
): Promise<T> {
  const { out, state } = readStackSettings(stack, options, currentEngine);
  if (session.needsSecrets === false && state.kind === "local") requireFolder(stack, out);
  const { withLock } = await import("../process/lock.js");
  // No step shows anything yet.
  const report = (line: string) => console.error(line);
  const waiting = { folder: out, signal: session.signal, report };
  const made = session.isTrial === true ? missingFolders(out) : [];
  return withLock(join(out, "terraform"), waiting, async () => {
    try {
      return await work(await openSession(stack, options, session));
    } finally {
      removeTrial(made);
    }
  });
}

/** A mistyped `--out` is no stack, and must not become one. */
function requireFolder(stack: string, out: string): void {
  if (existsSync(out)) return;
  const problem = `there is no ${stack} in "${out}"; name the folder that it was deployed from`;
  throw new ConfigError([{ path: "--out", problem }]);
}

/**
 * Reads the settings, writes the configuration below the output folder and finds Terraform.
 *
 * @throws {ConfigError} with every problem of the settings, or when there is no Terraform
 */
async function openSession(
  stack: string,
  options: StackOptions,
  { signal, report, mayDestroy = [], needsSecrets = true }: SessionOptions,
): Promise<StackSession> {
  const settings = readStackSettings(stack, options, currentEngine);
  const folder = folderSettings(withShellSecrets(settings, process.env));
  const generated = needsSecrets ? planFolder(folder, "terraform") : readFolder(folder);
  if (needsSecrets) requireComposed(generated.secrets);
  const binary = await findTerraform(options.terraformBinary);
  const synthesised = synthesise(settings, { owner: generated.owner || undefined, mayDestroy });
  const names = resourceNames(synthesised.stack);
  const terraform = new Terraform({
    binary,
    directory: synthesised.directory,
    variables: terraformVariables(generated, process.env),
    // Each resource is a connection of its own, of which a host takes few at a time over ssh.
    parallelism: settings.host.kind === "ssh" ? 2 : 4,
    signal,
    report,
    names: names.nameOf,
    secrets: { ...generated.secrets, ...passwordOf(process.env["PIP_INDEX_URL"]) },
    advice: async (said) =>
      (await whyBroken(settings.host, said)) ??
      buildAdvice(said, synthesised.directory, settings.host),
  });
  const title = `${binary.name === "tofu" ? "OpenTofu" : "Terraform"} ${binary.version}`;
  const { hostNames } = synthesised.stack.mlflow;
  return { settings, generated, names, hostNames, terraform, title };
}

/**
 * Gets the provider, where it is missing, and opens the state, which goes along to another place.
 *
 * @returns the title of the step
 */
export async function initialise({ terraform, title }: StackSession): Promise<string> {
  const { moved } = await terraform.init();
  // Without a copy there was nothing in it.
  if (moved?.copy === undefined) return title;
  return `${title}; the state was moved from ${moved.from} to ${moved.to}, a copy of it is ${moved.copy}`;
}

/** `TF_VAR_POSTGRES_PASSWORD` of the shell is that secret, as if it stood in the env file. */
function withShellSecrets(
  settings: StackSettings,
  shell: Readonly<Record<string, string | undefined>>,
): StackSettings {
  const given = settings.deployment.secrets.flatMap(({ name }) => {
    const value = shell[`TF_VAR_${name}`];
    return value ? [[name, value] as const] : [];
  });
  return { ...settings, secrets: { ...settings.secrets, ...Object.fromEntries(given) } };
}

/** A package index may want a login; what it answers must not be shown either. */
const passwordOf = (url: string | undefined): Readonly<Record<string, string>> =>
  url?.includes("@") ? { PIP_INDEX_URL: url } : {};

/** Terraform composes letters and accents, so another password would arrive. */
function requireComposed(secrets: Generated["secrets"]): void {
  const problems = Object.entries(secrets)
    .filter(([, value]) => value !== value.normalize("NFC"))
    .map(([path]) => ({
      path,
      problem:
        "must have letters and accents as one character each (Unicode NFC), as Terraform hands them on; use ASCII characters",
    }));
  if (problems.length > 0) throw new ConfigError(problems);
}
