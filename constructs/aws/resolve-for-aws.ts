import {
  Problems,
  resolveDeployment,
  type MlflowDeployment,
  type MlflowDeploymentProps,
} from "../mlflow/index.js";
import { propsForAws, requireAwsDeployment, requireAwsName } from "./aws-deployment.js";
import type { AwsTarget, AwsTargetProps } from "./aws-target.js";
import { readAwsTarget } from "./resolve-aws-target.js";

/**
 * A deployment and where on AWS it runs, each checked by itself and against the other.
 *
 * @throws {ConfigError} with every problem of both
 */
export function resolveForAws(
  props: MlflowDeploymentProps,
  asked: AwsTargetProps,
): { readonly deployment: MlflowDeployment; readonly target: AwsTarget } {
  const problems = new Problems();
  const { deployment, target } = readForAws(props, asked, problems);
  problems.throwIfAny();
  if (!deployment) throw new Error("bug: no deployment, and no problem with it");
  return { deployment, target };
}

/**
 * The same with its problems among others. Where the deployment is undefined, which is a problem
 * then, the target was judged by another.
 */
export function readForAws(
  props: MlflowDeploymentProps,
  asked: AwsTargetProps,
  problems: Problems,
): { readonly deployment: MlflowDeployment | undefined; readonly target: AwsTarget } {
  // Without a region, which is a problem of the target, any will do.
  const known = propsForAws(props, { ...asked, region: asked.region || "us-east-1" });
  // Before the deployment, whose rule is another one: what fits that may still be refused here.
  if (known.name !== undefined && !requireAwsName(known.name, problems)) {
    return readForAws({ ...props, name: "mlflow" }, asked, problems);
  }
  const deployment = problems.attempt(() => resolveDeployment(known));
  const target = readAwsTarget(asked, deployment ?? anyDeployment(), problems);
  if (deployment) problems.attempt(() => requireAwsDeployment(deployment, target));
  return { deployment, target };
}

const anyDeployment = (): MlflowDeployment =>
  resolveDeployment({
    topology: "remote-server",
    // The least that an instance must hold.
    profile: "small",
    artifactStore: { kind: "s3", bucket: "missing", credentials: "ambient" },
  });
