import { App } from "cdktf";
import { join, relative } from "node:path";
import { AwsStack } from "../aws-stack.js";
import { makeFolder } from "../tools/files.js";
import { stateFile } from "../tools/state-file.js";
import { renderHostFiles } from "./host-files.js";
import type { AwsSettings } from "./settings.js";

/** What Terraform is run on. */
export interface SynthesisedAws {
  /** Folder with `cdk.tf.json`. */
  readonly directory: string;
  readonly stack: AwsStack;
}

/** Adds the stack to an app that is to be synthesised into its `outdir`. */
export function addAwsStack(app: App, settings: AwsSettings): AwsStack {
  const { stack, deployment, target, state, out } = settings;
  const path = relative(join(app.outdir, "stacks", stack), stateFile(out));
  return new AwsStack(app, stack, {
    deployment,
    target,
    state,
    statePath: path.replaceAll("\\", "/"),
    ...(target.shape === "host" && { files: renderHostFiles(deployment, target) }),
  });
}

/** Writes the stack's configuration below its output folder. Takes no answer from Terraform. */
export function synthesiseAws(settings: AwsSettings): SynthesisedAws {
  const outdir = join(settings.out, "terraform");
  makeFolder(outdir, 0o700);
  // Its one check starts `terraform` to ask for its version, which whoever runs Terraform does.
  const app = new App({ outdir, skipValidation: true });
  const stack = addAwsStack(app, settings);
  app.synth();
  return { directory: join(outdir, "stacks", settings.stack), stack };
}
