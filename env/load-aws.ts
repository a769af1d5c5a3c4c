import type { AwsTargetProps } from "../constructs/aws/aws-target.js";
import type { MlflowDeploymentProps, Problems } from "../constructs/mlflow/index.js";
import { awsRefusal } from "./aws-scope.js";
import { awsTargetFromEnvironment } from "./aws-target-props.js";
import { propsFromEnvironment } from "./deployment-props.js";
import { parseEnvironment, requireScope, type Machine } from "./load.js";
import type { Environment, VariableName } from "./schema.js";

/** An environment of the stack `aws`, in the words of the model and of the target. */
export interface AwsEnvironment {
  readonly props: MlflowDeploymentProps;
  readonly target: AwsTargetProps;
  /** Where Terraform keeps its state, as it was written. */
  readonly state: string | undefined;
}

const destination = "MLFLOW_ARTIFACTS_DESTINATION";

/**
 * Reads an environment of the stack `aws`. What is wrong goes to `problems`; the result holds the
 * rest, so that it can be judged in the same run.
 */
export function readAwsEnvironment(
  values: Readonly<Record<string, string>>,
  machine: Machine,
  problems: Problems,
): AwsEnvironment {
  const all = parseEnvironment(values, problems);
  requireScope(all, "aws", problems);
  const environment = Object.fromEntries(
    Object.entries(all).filter(([name, value]) => !awsRefusal(name as VariableName, value)),
  ) as Environment;
  const { MLSTACK_TOPOLOGY: topology = "remote-server" } = environment;
  problems.require(
    topology === "remote-server",
    "MLSTACK_TOPOLOGY",
    `must be "remote-server" on AWS, because it is for several people; got "${topology}"`,
  );
  const given = isBucket(environment, problems)
    ? environment
    : { ...environment, [destination]: "s3://missing" };
  return {
    props: propsFromEnvironment("remote-server", given, machine, problems),
    target: awsTargetFromEnvironment(environment, problems),
    state: environment.MLSTACK_STATE,
  };
}

/** Whether the destination may be a bucket; of another store the model knows more. */
function isBucket(environment: Environment, problems: Problems): boolean {
  const place = environment[destination];
  if (environment.MLSTACK_ARTIFACT_STORE !== undefined) return true;
  const set = problems.require(
    place !== undefined,
    destination,
    'must be set (--bucket), such as "s3://my-models/mlflow"; the bucket is made, and its name is not taken by anybody yet',
  );
  const scheme = /^[a-z][a-z0-9+.-]*:\/\//i.exec(place ?? "")?.[0];
  return (
    set &&
    problems.require(
      scheme === undefined || /^s3:/i.test(scheme),
      destination,
      // What follows may hold a user and a password.
      `must be a bucket or "s3://bucket/prefix"; begins with "${scheme}"`,
    )
  );
}
