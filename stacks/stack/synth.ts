import { App } from "cdktf";
import { join, relative } from "node:path";
import { DockerStack } from "../docker-stack.js";
import { makeFolder } from "../tools/files.js";
import { stateFile } from "../tools/state-file.js";
import type { StackSettings } from "./settings.js";
import type { VolumeName } from "../../constructs/mlflow/index.js";

/** What Terraform is run on. */
export interface Synthesised {
  /** Folder with `cdk.tf.json`. */
  readonly directory: string;
  readonly stack: DockerStack;
}

/** What a stack is synthesised with besides its settings. */
export interface SynthOptions {
  /** Label that tells this folder's deployment from others of its name. */
  readonly owner: string | undefined;
  /** Data volumes that may be destroyed. */
  readonly mayDestroy?: readonly VolumeName[];
}

/** Adds the stack to an app that is to be synthesised into its `outdir`. */
export function addStack(
  app: App,
  settings: StackSettings,
  { owner, mayDestroy = [] }: SynthOptions,
): DockerStack {
  const { stack, deployment, host, state, out } = settings;
  return new DockerStack(app, stack, {
    deployment,
    host,
    state,
    statePath: relative(stackDirectory(app.outdir, stack), stateFile(out)).replaceAll("\\", "/"),
    mayDestroy,
    ...(owner !== undefined && { owner }),
  });
}

const stackDirectory = (outdir: string, stack: string): string => join(outdir, "stacks", stack);

/** Writes the stack's configuration below its output folder. Takes no answer from Terraform. */
export function synthesise(settings: StackSettings, options: SynthOptions): Synthesised {
  const outdir = join(settings.out, "terraform");
  makeFolder(outdir, 0o700);
  // Its one check starts `terraform` to ask for its version, which whoever runs Terraform does.
  const app = new App({ outdir, skipValidation: true });
  const stack = addStack(app, settings, options);
  app.synth();
  return { directory: stackDirectory(outdir, settings.stack), stack };
}
