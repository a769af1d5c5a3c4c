import { ConfigError, type Problem } from "../../constructs/mlflow/index.js";
import { halfOfKeys } from "./half-of-keys.js";

/** What the SDK throws, as far as it is read here. */
interface SdkError {
  readonly name: string;
  readonly message: string;
  readonly code?: string;
  readonly $metadata?: { readonly httpStatusCode?: number };
}

const credentials = "AWS credentials";
const logIn =
  'log in ("aws sso login", "aws configure"), or set AWS_PROFILE, or AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY';

/** Names of errors, by what is wrong with the credentials that were sent. */
const wrong: readonly (readonly [names: RegExp, problem: string])[] = [
  [
    /^(ExpiredToken(Exception)?|RequestExpired|TokenRefreshRequired)$/,
    `must be good still; AWS says that they have expired; ${logIn}`,
  ],
  [
    /^(InvalidClientTokenId|UnrecognizedClientException|InvalidAccessKeyId|AuthFailure)$/,
    `must be of an account; AWS does not know this access key; ${logIn}`,
  ],
  [
    /^(SignatureDoesNotMatch|InvalidSignatureException|IncompleteSignature)$/,
    "must be a pair; AWS says that the secret key does not fit the access key; check AWS_SECRET_ACCESS_KEY",
  ],
  [/^RequestTimeTooSkewed$/, "are refused because the clock of this machine is wrong; set it"],
];

const unreachable = /^(ENOTFOUND|EAI_AGAIN|ECONNREFUSED|ECONNRESET|ETIMEDOUT|EHOSTUNREACH)$/;

/**
 * Why AWS did not do as asked, in words: a `ConfigError` for credentials and regions, which the
 * user has to set right, else an `Error`. What is no error of the SDK comes back as it is.
 *
 * @param doing - `asking for the account`, for the words
 */
export function awsFailure(error: unknown, doing: string): unknown {
  if (!(error instanceof Error) || error instanceof ConfigError) return error;
  const known = error as SdkError;
  const problem = inputProblem(known);
  if (problem) return new ConfigError([problem]);
  const told = (text: string) => new Error(`${doing}: ${text}`, { cause: error });
  const { name, message, code = "", $metadata: metadata } = known;
  if (unreachable.test(code) || name === "TimeoutError") {
    return told(
      `AWS can't be reached (${code || name}${message ? `: ${message}` : ""}); check the network and the name of the region`,
    );
  }
  if (metadata === undefined) return error;
  const { httpStatusCode: status } = metadata;
  if (status === 403 || /^(AccessDenied|UnauthorizedOperation)/.test(name)) {
    const said = /^Unknown/.test(message) ? "" : `: ${message}`;
    return told(`AWS forbids it${said}; ask whoever manages the account for that permission`);
  }
  return told(`${name}: ${message}`);
}

function inputProblem({ name, message }: SdkError): Problem | undefined {
  if (/Region (is missing|not accepted)/i.test(message)) {
    const problem =
      "must be given, because neither AWS_REGION nor the profile names one; use --region eu-central-1, or the region that is yours";
    return { path: "--region", problem };
  }
  if (/^(CredentialsProviderError|TokenProviderError)$/.test(name)) {
    const half = halfOfKeys(process.env);
    if (half !== undefined) return { path: credentials, problem: half };
    const { AWS_PROFILE: profile } = process.env;
    const said = profile ? `${noStop(message)} (AWS_PROFILE is "${profile}")` : noStop(message);
    return { path: credentials, problem: `must be there; ${said}; ${logIn}` };
  }
  const found = wrong.find(([names]) => names.test(name));
  return found && { path: credentials, problem: found[1] };
}

const noStop = (text: string): string => text.trim().replace(/\.$/, "");
