import { requireAwsDeployment, type AwsTargetProps } from "../../../constructs/aws/index.js";
import type { MlflowDeploymentProps } from "../../../constructs/mlflow/index.js";
import { messageOf } from "../deployments.js";
import { awsProps, hostTarget, managedTarget } from "./cases.js";
import { awsStackProps } from "./golden.js";

/** Any values, for input that the compiler would refuse. */
type Loose<T> = { readonly [K in keyof T]?: unknown };

/** The whole text with which a target is refused, and then what is deployed to it. */
function refusal(good: AwsTargetProps, target: Loose<AwsTargetProps>, props: object): string {
  return messageOf(() => {
    const resolved = awsStackProps(awsProps(props as Partial<MlflowDeploymentProps>), {
      ...good,
      ...target,
    } as AwsTargetProps);
    requireAwsDeployment(resolved.deployment, resolved.target);
  });
}

export const managedRefusal = (target: Loose<AwsTargetProps>, props: object = {}): string =>
  refusal(managedTarget(), target, props);

export const hostRefusal = (target: Loose<AwsTargetProps>, props: object = {}): string =>
  refusal(hostTarget(), target, props);
