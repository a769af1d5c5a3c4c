import { dirname } from "node:path";
import type { AwsTarget, AwsTargetProps } from "../../constructs/aws/aws-target.js";
import { readForAws } from "../../constructs/aws/resolve-for-aws.js";
import {
  Problems,
  type MlflowDeployment,
  type MlflowDeploymentProps,
} from "../../constructs/mlflow/index.js";
import { inEnvironmentWords } from "../../env/load.js";
import { readAwsEnvironment } from "../../env/load-aws.js";
import { outFolder, readValues, thisMachine, type Settings } from "../settings.js";
import { parseStateBackend, type StateBackend } from "../terraform/state-backend.js";
import { attempt } from "../tools/attempt.js";
import { awsFolder, awsName } from "./standard.js";
import { awsFlags, type AwsOptions } from "./options.js";

export interface AwsSettings extends Pick<Settings, "out" | "keep" | "source" | "deployment"> {
  readonly stack: "aws";
  readonly target: AwsTarget;
  readonly state: StateBackend;
}

/**
 * As for a folder: flags, then the env file, then defaults.
 *
 * @throws {ConfigError} with every problem of the settings, the deployment and the target
 */
export function readAwsSettings(options: AwsOptions): AwsSettings {
  const out = outFolder(awsFolder, options);
  const problems = new Problems();
  const flags = awsFlags(options, problems);
  const read = attempt(problems, () =>
    readValues(out, options, flags, () => "remote-server", "aws"),
  );
  if (!read) throw problems.error();
  const given = Object.entries(read.values).filter(([, value]) => value !== "");
  const values = { MLSTACK_NAME: awsName, ...Object.fromEntries(given) };
  const machine = thisMachine(dirname(read.file));
  const { props, target: asked, state: place } = readAwsEnvironment(values, machine, problems);
  const state = attempt(problems, () => parseStateBackend(place));
  const resolved = resolveBoth(props, asked, problems);
  problems.throwIfAny();
  if (!resolved.deployment || !state) throw new Error("bug: settings without a problem");
  const { deployment, target } = resolved;
  return {
    stack: "aws",
    out,
    keep: read.keep,
    source: `"${read.file}"`,
    deployment,
    target,
    state,
  };
}

/** Both with all that is wrong in either, in the words of the environment. */
function resolveBoth(
  props: MlflowDeploymentProps,
  asked: AwsTargetProps,
  problems: Problems,
): { readonly deployment: MlflowDeployment | undefined; readonly target: AwsTarget } {
  const artifactStore = props.artifactStore ?? { kind: "s3", bucket: "missing" };
  const found = new Problems();
  const resolved = readForAws({ ...props, artifactStore }, asked, found);
  for (const { path, problem } of inEnvironmentWords(found.error()).problems) {
    // Told already, and the others follow from it.
    const follows = /^(MLSTACK_AWS_(REGION|CERTIFICATE_ARN|SECRET_ARNS\b.*)|AWS_DEFAULT_REGION)$/;
    if (asked.region !== "" || !follows.test(path)) problems.add(path, problem);
  }
  return resolved;
}
