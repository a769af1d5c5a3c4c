import { existsSync } from "node:fs";
import { join, relative } from "node:path";
import { TrackingServerImage } from "../../constructs/aws/tracking-server-image.js";
import { ConfigError } from "../../constructs/mlflow/index.js";
import { withLock } from "../process/lock.js";
import { outFolder, settingsFileName } from "../settings.js";
import { findTerraform } from "../terraform/binary.js";
import { Terraform } from "../terraform/terraform.js";
import { stateFile } from "../tools/state-file.js";
import { missingFolders, removeTrial } from "../stack/trial.js";
import { credentialProblem, permissionAdvice } from "./credentials.js";
import type { AwsOptions } from "./options.js";
import { awsNames, type AwsNames } from "./resource-names.js";
import { awsFolder } from "./standard.js";
import { readAwsSettings, type AwsSettings } from "./settings.js";
import { synthesiseAws } from "./synth.js";

/** The stack `aws`, synthesised, and the Terraform that works on it. */
export interface AwsSession {
  readonly settings: AwsSettings;
  readonly names: AwsNames;
  readonly terraform: Terraform;
  /** Tag of the image that is pushed; undefined: an instance builds its own. */
  readonly imageTag: string | undefined;
  /** `Terraform 1.11.4`. */
  readonly title: string;
}

export interface AwsSessionOptions {
  readonly signal: AbortSignal;
  /** A line that replaces the last. */
  readonly report: (line: string) => void;
  /** Whether the folder must be there, as of what was deployed. @default false */
  readonly mustExist?: boolean;
  /** Whether a folder that was not there shall go again. @default false */
  readonly isTrial?: boolean;
}

/**
 * Does `work` with the stack while no other command works in its folder.
 *
 * @throws {ConfigError} with every problem of the settings, or when AWS knows no credentials of ours
 */
export async function withAwsSession<T>(
  options: AwsOptions,
  session: AwsSessionOptions,
  work: (session: AwsSession) => Promise<T>,
): Promise<T> {
  if (session.mustExist === true) requireDeployed(options);
  const settings = readAwsSettings(options);
  const { out, state } = settings;
  if (session.mustExist === true && state.kind === "local") requireFolder(out);
  const made = session.isTrial === true ? missingFolders(out) : [];
  // No step shows anything yet.
  const waiting = { folder: out, signal: session.signal, report: console.error };
  return withLock(join(out, "terraform"), waiting, async () => {
    try {
      return await work(await openSession(settings, options, session));
    } catch (error) {
      throw credentialProblem(error) ?? error;
    } finally {
      removeTrial(made);
    }
  });
}

/** A mistyped `--out` is no stack, and must not become one. */
function requireFolder(out: string): void {
  if (existsSync(out)) return;
  const problem = `there is no stack in "${out}"; name the folder that it was deployed from`;
  throw new ConfigError([{ path: "--out", problem }]);
}

/**
 * Before the settings are read, which would want those of a first deploy. An env file or a state
 * that is given names what is kept elsewhere.
 */
function requireDeployed({ out: given, envFile, state }: AwsOptions): void {
  if (envFile !== undefined || state !== undefined) return;
  const out = outFolder(awsFolder, given === undefined ? {} : { out: given });
  if ([join(out, settingsFileName), stateFile(out)].some((path) => existsSync(path))) return;
  const shown = relative(process.cwd(), out) || ".";
  const problem = `must be the folder that it was deployed from; nothing was deployed from "${shown}"; use --out …`;
  throw new ConfigError([{ path: "--out", problem }]);
}

async function openSession(
  settings: AwsSettings,
  options: AwsOptions,
  { signal, report }: AwsSessionOptions,
): Promise<AwsSession> {
  const binary = await findTerraform(options.terraformBinary);
  const { directory, stack } = synthesiseAws(settings);
  const names = awsNames(stack);
  const terraform = new Terraform({
    binary,
    directory,
    variables: {},
    parallelism: 10,
    slow: "a database or a load balancer may take 10 to 15 minutes, and after 2 Terraform goes on alone; a second Ctrl-C ends it at once, and what it has just made may be missing in the state",
    signal,
    report,
    names: names.nameOf,
    advice: async (said) => permissionAdvice(said),
  });
  const title = `${binary.name === "tofu" ? "OpenTofu" : "Terraform"} ${binary.version}`;
  const image = stack.node.findAll().find((node) => node instanceof TrackingServerImage);
  return { settings, names, terraform, imageTag: image?.tag, title };
}

/** Gets the provider and opens the state. @returns the title of the step */
export async function initialiseAws({ terraform, title }: AwsSession): Promise<string> {
  const { moved } = await terraform.init();
  // Without a copy there was nothing in it.
  if (moved?.copy === undefined) return title;
  return `${title}; the state was moved from ${moved.from} to ${moved.to}, a copy of it is ${moved.copy}`;
}
