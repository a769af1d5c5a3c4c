import { App } from "cdktf";
import { join, relative } from "node:path";
import { DockerStack } from "../docker-stack.js";
import { makeFolder } from "../tools/files.js";
import type { StackSettings } from "./settings.js";
import type { VolumeName } from "../../constructs/mlflow/index.js";

/** What Terraform is run on. */
export interface Synthesised {
  /** Folder with `cdk.tf.json`. */
  readonly directory: string;
  readonly stack: DockerStack;
}

/** File of a local state. It stays where it is, whoever synthesises. */
export const stateFile = (out: string): string => join(out, "terraform.tfstate");

/**
 * Adds the stack to an app that is to be synthesised into `outdir`.
 *
 * @param mayDestroy - data volumes that may be destroyed
 */
export function addStack(
  app: App,
  settings: StackSettings,
  mayDestroy: readonly VolumeName[] = [],
): DockerStack {
  const { stack, deployment, host, state, out } = settings;
  return new DockerStack(app, stack, {
    deployment,
    host,
    state,
    statePath: relative(stackDirectory(app.outdir, stack), stateFile(out)).replaceAll("\\", "/"),
    mayDestroy,
  });
}

const stackDirectory = (outdir: string, stack: string): string => join(outdir, "stacks", stack);

/** Writes the stack's configuration below its output folder. Takes no answer from Terraform. */
export function synthesise(
  settings: StackSettings,
  mayDestroy: readonly VolumeName[] = [],
): Synthesised {
  const outdir = join(settings.out, "terraform");
  makeFolder(outdir, 0o700);
  // Its one check starts `terraform` to ask for its version, which whoever runs Terraform does.
  const app = new App({ outdir, skipValidation: true });
  const stack = addStack(app, settings, mayDestroy);
  app.synth();
  return { directory: stackDirectory(outdir, settings.stack), stack };
}
