import type { AwsProviderConfig } from "@cdktf/provider-aws/lib/provider/index.js";
import { Problems } from "../mlflow/index.js";
import type { AwsTarget } from "./aws-target.js";

/** Credentials of the provider that a job has no way to: it is a program of its own. */
const ownCredentials = [
  "assumeRole",
  "assumeRoleWithWebIdentity",
  "accessKey",
  "secretKey",
  "token",
  "sharedConfigFiles",
  "sharedCredentialsFiles",
] as const satisfies readonly (keyof AwsProviderConfig)[];

/**
 * Profile that the jobs of a shape use, which is the provider's: as somebody else they would look
 * into another account, or be refused in the middle.
 *
 * @returns undefined: what AWS's tools find by themselves
 * @throws {ConfigError} for credentials that the provider alone would have
 */
export function jobProfile(
  { shape }: Pick<AwsTarget, "shape">,
  provider: AwsProviderConfig = {},
): string | undefined {
  const problems = new Problems();
  for (const name of shape === "managed" ? ownCredentials : []) {
    const problem =
      'must not be given with target.shape "managed", whose jobs need the same credentials; use provider.profile, of a profile with role_arn for a role';
    problems.require(provider[name] === undefined, `provider.${name}`, problem);
  }
  problems.throwIfAny();
  return provider.profile;
}
