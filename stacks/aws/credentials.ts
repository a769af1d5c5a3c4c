import { ConfigError } from "../../constructs/mlflow/index.js";
import { TerraformError } from "../terraform/failure.js";

const logIn =
  "log in with `aws sso login` or `aws configure` and set AWS_PROFILE, or set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY in this shell";

/** What Terraform's provider and its S3 backend say, and what it means. */
const problems: readonly (readonly [RegExp, string])[] = [
  [
    /failed to get shared config profile|could not find profile/i,
    `name a profile that is not there (AWS_PROFILE); ${logIn}`,
  ],
  [
    /ExpiredToken|RequestExpired|token (included in the request )?is expired|SSO session .*(expired|invalid)|refresh cached SSO token/i,
    `have expired; ${logIn}`,
  ],
  [
    /InvalidClientTokenId|UnrecognizedClient|SignatureDoesNotMatch|AuthFailure|InvalidAccessKeyId/,
    `are refused by AWS as unknown or wrong; ${logIn}`,
  ],
  [
    /No valid credential sources found|no EC2 IMDS role found|failed to refresh cached credentials/i,
    `must be there, and none were found; ${logIn}`,
  ],
];

/** A failure that is for want of credentials, as one of the input; undefined: it is another. */
export function credentialProblem(error: unknown): ConfigError | undefined {
  if (!(error instanceof TerraformError)) return undefined;
  const found = problems.find(([said]) => said.test(error.message));
  return found && new ConfigError([{ path: "AWS credentials", problem: found[1] }]);
}

/** What to try next where AWS knows who asks, and does not let them. */
export function permissionAdvice(said: string): string | undefined {
  const action = /not authorized to perform:? ([a-z0-9-]+:\w+)/i.exec(said)?.[1];
  if (action !== undefined) {
    return `Your credentials lack "${action}". Use a role that may make what the plan lists, and run the same command again.`;
  }
  if (/BucketAlreadyExists\b/.test(said)) {
    return "Somebody else has a bucket of that name: names of buckets are taken in all of AWS. Give another one with --bucket.";
  }
  if (/BucketAlreadyOwnedByYou/.test(said)) {
    return "The bucket is yours already, and not of this stack. Use it as it is with --set MLSTACK_AWS_CREATE_BUCKET=false.";
  }
  return undefined;
}
