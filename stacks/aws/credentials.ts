import { ConfigError } from "../../constructs/mlflow/index.js";
import { TerraformError } from "../terraform/failure.js";
import { halfOfKeys } from "../tools/half-of-keys.js";

const logIn =
  "log in with `aws sso login` or `aws configure` and set AWS_PROFILE, or set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY in this shell";

const notFound: readonly [RegExp, string] = [
  /No valid credential sources found|no EC2 IMDS role found|failed to refresh cached credentials/i,
  `must be there, and none were found; ${logIn}`,
];

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
    `are refused by AWS as unknown or wrong, or the region is not enabled in the account; ${logIn}, or enable the region`,
  ],
  notFound,
];

const applying = /^\S+ apply failed/;

/** What an advice of ours begins with. */
const advised = "Your AWS credentials ";

const indented = (text: string): string =>
  text
    .split("\n")
    .filter((line) => !line.startsWith(advised))
    .map((line) => `  ${line}`.trimEnd())
    .join("\n");

/** A failure that is for want of credentials, as one of the input; undefined: it is another. */
export function credentialProblem(
  error: unknown,
  env: NodeJS.ProcessEnv = process.env,
): ConfigError | undefined {
  if (!(error instanceof TerraformError)) return undefined;
  // An apply has done a part, and tells what failed; see `permissionAdvice`.
  if (applying.test(error.message)) return undefined;
  const found = problems.find(([said]) => said.test(error.message));
  if (!found) return undefined;
  const words = found === notFound ? (halfOfKeys(env) ?? found[1]) : found[1];
  const problem = `${words}\n${indented(error.message)}`;
  return new ConfigError([{ path: "AWS credentials", problem }]);
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
  const found = problems.find(([words]) => words.test(said));
  return found && `${advised}${found[1]}; then run the same command again, which goes on.`;
}
