import type { AwsTargetProps } from "../constructs/aws/aws-target.js";
import type { Problems, SecretName } from "../constructs/mlflow/index.js";
import { targetVariables } from "./aws-settings.js";
import type { Environment } from "./schema.js";

/**
 * What the environment says of the target on AWS, in the words of its props. Only what is set
 * appears, but for the shape and the region: without one the region is empty.
 */
export function awsTargetFromEnvironment(
  environment: Environment,
  problems: Problems,
): AwsTargetProps {
  const { MLSTACK_AWS_SHAPE: shape, MLSTACK_AWS_REGION: region, ...others } = environment;
  const fields = Object.entries(targetVariables).flatMap(([field, variable]) => {
    const value = (others as Partial<Environment>)[variable];
    return value === undefined ? [] : [[field, value] as const];
  });
  problems.require(
    region !== undefined,
    targetVariables.region,
    'must be set (--region), such as "eu-central-1"; the bucket is in the same one',
  );
  const arns = environment.MLSTACK_AWS_SECRET_ARNS;
  return {
    ...(Object.fromEntries(fields) as Partial<AwsTargetProps>),
    ...(arns && { secretArns: readSecretArns(arns, problems) }),
    shape: shape ?? "managed",
    region: region ?? "",
  };
}

/** `NAME=arn` of each secret; what else is wrong with one is for the target to tell. */
function readSecretArns(
  entries: readonly string[],
  problems: Problems,
): Partial<Record<SecretName, string>> {
  const found = entries.map((entry) => /^([A-Z_]+)=(.+)$/.exec(entry));
  for (const [index, entry] of entries.entries()) {
    const name = /^[A-Z_]*/.exec(entry)?.[0];
    problems.require(
      // Only what may be a name is shown: the rest may be a password.
      found[index] !== null,
      targetVariables.secretArns,
      `must be NAME=arn joined by commas; number ${index + 1} begins with ${name ? `"${name}"` : "no name of a secret"}; use MLFLOW_BACKEND_STORE_URI=arn:aws:secretsmanager:…`,
    );
  }
  return Object.fromEntries(found.flatMap((match) => (match ? [[match[1], match[2]]] : [])));
}
