import { ConfigError, type VolumeName } from "../../constructs/mlflow/index.js";
import { planFolder, type Generated } from "../generate/folder.js";
import { findTerraform } from "../terraform/binary.js";
import { Terraform } from "../terraform/terraform.js";
import { readDeployed } from "../tools/deployed-record.js";
import { currentEngine } from "../tools/docker-engine.js";
import { selfCommand } from "../tools/self.js";
import { resourceNames, type ResourceNames } from "./resource-names.js";
import { readStackSettings, type StackOptions, type StackSettings } from "./settings.js";
import { synthesise } from "./synth.js";
import { terraformVariables } from "./variables.js";

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
}

/**
 * Reads the settings, writes the configuration below the output folder and finds Terraform.
 *
 * @throws {ConfigError} with every problem of the settings, or when there is no Terraform
 */
export async function openSession(
  stack: string,
  options: StackOptions,
  { signal, report, mayDestroy = [] }: SessionOptions,
): Promise<StackSession> {
  const settings = readStackSettings(stack, options, currentEngine);
  requireSameHost(settings);
  const generated = planFolder(settings, "terraform");
  requireComposed(generated.secrets);
  const binary = await findTerraform(options.terraformBinary);
  const synthesised = synthesise(settings, mayDestroy);
  const names = resourceNames(synthesised.stack);
  const terraform = new Terraform({
    binary,
    directory: synthesised.directory,
    variables: terraformVariables(generated.secrets, process.env),
    // Each resource is a connection of its own, of which a host takes few at a time over ssh.
    parallelism: settings.host.kind === "ssh" ? 2 : 4,
    signal,
    report,
    names: names.nameOf,
    secrets: generated.secrets,
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
  if (!moved) return title;
  return `${title}; the state was moved from ${moved.from} to ${moved.to}, a copy of it is ${moved.copy}`;
}

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

/** The state of one host says nothing of another: everything would be made there a second time. */
function requireSameHost({ out, host, stack }: StackSettings): void {
  const deployed = readDeployed(out);
  if (!deployed || deployed.host === (host.url ?? "")) return;
  const [was, now] = [deployed.host, host.url ?? ""].map((url) => url || "this machine's engine");
  throw new ConfigError([
    {
      path: "MLSTACK_DOCKER_HOST",
      problem: `must stay "${was}", to which this stack was deployed; got "${now}"; for another host use another folder with --out, or first destroy it there: ${selfCommand()} destroy ${stack} --host ${deployed.host || "unix:///var/run/docker.sock"}`,
    },
  ]);
}
