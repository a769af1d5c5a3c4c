import { TerraformStack } from "cdktf";
import type { Construct } from "constructs";

/**
 * A value that is in no state and no plan. The library has no words for such blocks.
 *
 * @param name - unique among the ephemeral blocks of its type in the stack
 * @returns its address, such as `ephemeral.aws_secretsmanager_random_password.MLFLOW_DB_PASSWORD`
 * @see https://developer.hashicorp.com/terraform/language/block/ephemeral
 */
export function addEphemeral(
  scope: Construct,
  type: "aws_secretsmanager_random_password" | "aws_secretsmanager_secret_version",
  name: string,
  config: Readonly<Record<string, unknown>>,
): string {
  TerraformStack.of(scope).addOverride(`ephemeral.${type}.${name}`, config);
  return `ephemeral.${type}.${name}`;
}

/** A password that AWS makes up each time that it is asked: to be written once, and kept there. */
export const randomPassword = (scope: Construct, name: string, characters: number): string => {
  const config = { password_length: characters, exclude_punctuation: true };
  return `${addEphemeral(scope, "aws_secretsmanager_random_password", name, config)}.random_password`;
};
