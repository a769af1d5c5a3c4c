import type { TerraformStack } from "cdktf";
import type { Construct } from "constructs";
import { propsForAws, resolveAwsTarget, type AwsTargetProps } from "../constructs/aws/index.js";
import { resolveDockerHost, type DockerHostProps } from "../constructs/docker/host.js";
import {
  resolveDeployment,
  unreachable,
  type MlflowDeploymentProps,
} from "../constructs/mlflow/index.js";
import { renderHostFiles } from "./aws/host-files.js";
import { AwsStack } from "./aws-stack.js";
import { DockerStack } from "./docker-stack.js";
import type { StateBackend } from "./terraform/state-backend.js";

/** Where a deployment runs: the one field that differs between a home lab and AWS. */
export type MlflowTarget =
  | {
      readonly kind: "docker";
      /** @default - the engine of this machine */
      readonly host?: DockerHostProps;
    }
  | ({ readonly kind: "aws" } & AwsTargetProps);

export interface MlflowStackProps extends MlflowDeploymentProps {
  readonly target: MlflowTarget;
  /** Where Terraform keeps the state. @default - beside the configuration */
  readonly state?: StateBackend;
}

/**
 * Adds a whole deployment to an app, as a stack of its own.
 *
 * @param id - name of the stack
 * @throws {ConfigError} with every problem of the deployment; without one, with those of the target
 */
export function addMlflowStack(
  scope: Construct,
  id: string,
  props: MlflowStackProps,
): TerraformStack {
  const { target, state, ...deployed } = props;
  const place = state && { state };
  switch (target.kind) {
    case "docker": {
      const deployment = resolveDeployment(deployed);
      const host = target.host && { host: resolveDockerHost(target.host) };
      return new DockerStack(scope, id, { deployment, ...host, ...place });
    }
    case "aws": {
      const { kind: _, ...asked } = target;
      const deployment = resolveDeployment(propsForAws(deployed, asked));
      const resolved = resolveAwsTarget(asked, deployment);
      const files = resolved.shape === "host" && { files: renderHostFiles(deployment, resolved) };
      return new AwsStack(scope, id, { deployment, target: resolved, ...files, ...place });
    }
    default:
      return unreachable(target);
  }
}

export type { AwsTargetProps } from "../constructs/aws/index.js";
export type { DockerHostProps } from "../constructs/docker/host.js";
export type { StateBackend } from "./terraform/state-backend.js";
