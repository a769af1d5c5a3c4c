import type { TerraformStack } from "cdktf";
import type { Construct } from "constructs";
import { resolveForAws, type AwsTargetProps } from "../constructs/aws/index.js";
import { unreachable, type MlflowDeploymentProps } from "../constructs/mlflow/index.js";
import { renderHostFiles } from "./aws/host-files.js";
import { AwsStack } from "./aws-stack.js";
import { DockerStack } from "./docker-stack.js";
import { resolveForDocker, type DockerTargetProps } from "./resolve-for-docker.js";
import type { StateBackend } from "./terraform/state-backend.js";

/** Where a deployment runs: the one field that differs between a home lab and AWS. */
export type MlflowTarget =
  ({ readonly kind: "docker" } & DockerTargetProps) | ({ readonly kind: "aws" } & AwsTargetProps);

export interface MlflowStackProps extends MlflowDeploymentProps {
  readonly target: MlflowTarget;
  /** Where Terraform keeps the state. @default - beside the configuration */
  readonly state?: StateBackend;
}

/**
 * Adds a whole deployment to an app, as a stack of its own.
 *
 * @param id - name of the stack
 * @throws {ConfigError} with every problem of the deployment and of the target
 */
export function addMlflowStack(
  scope: Construct,
  id: string,
  props: MlflowStackProps,
): TerraformStack {
  const { target, state, ...deployed } = props;
  const place = state && { state };
  switch (target.kind) {
    case "docker":
      return new DockerStack(scope, id, { ...resolveForDocker(deployed, target), ...place });
    case "aws": {
      const { kind: _, ...asked } = target;
      const resolved = resolveForAws(deployed, asked);
      const isHost = resolved.target.shape === "host";
      const files = isHost && { files: renderHostFiles(resolved.deployment, resolved.target) };
      return new AwsStack(scope, id, { ...resolved, ...files, ...place });
    }
    default:
      return unreachable(target);
  }
}

export type { AwsTargetProps } from "../constructs/aws/index.js";
export type { DockerHostProps } from "../constructs/docker/host.js";
export type { DockerTargetProps } from "./resolve-for-docker.js";
export type { StateBackend } from "./terraform/state-backend.js";
