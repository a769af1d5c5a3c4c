import { afterEach, expect, test, vi } from "vitest";
import { ConfigError } from "../../constructs/mlflow/index.js";
import { awsFailure } from "../../stacks/tools/aws-failure.js";

const sdk = (name: string, message: string, more: object = {}): Error =>
  Object.assign(new Error(message), { name, $metadata: { httpStatusCode: 400 }, ...more });

test.each([
  [
    sdk("CredentialsProviderError", "Could not load credentials from any providers"),
    /must be there; Could not load/,
  ],
  [sdk("ExpiredTokenException", "x"), /have expired; log in/],
  [sdk("UnrecognizedClientException", "x"), /does not know this access key/],
  [sdk("SignatureDoesNotMatch", "x"), /does not fit the access key/],
  [sdk("RequestTimeTooSkewed", "x"), /clock of this machine/],
  [new Error("Region is missing"), /^--region: must be given/],
])("%s is wrong input", (error, words) => {
  const failure = awsFailure(error, "asking");
  expect(failure).toBeInstanceOf(ConfigError);
  expect((failure as Error).message).toMatch(words);
});

test.each([
  [
    sdk("AccessDeniedException", "no identity-based policy allows ecs:RunTask"),
    "asking: AWS forbids it: no identity-based policy allows ecs:RunTask; ask",
  ],
  [
    sdk("Unknown", "UnknownError", { $metadata: { httpStatusCode: 403 } }),
    "asking: AWS forbids it; ask",
  ],
  [
    Object.assign(new Error("getaddrinfo ENOTFOUND sts.eu-nowhere-1.amazonaws.com"), {
      code: "ENOTFOUND",
    }),
    "can't be reached (ENOTFOUND: getaddrinfo",
  ],
  [sdk("ThrottlingException", "Rate exceeded"), "asking: ThrottlingException: Rate exceeded"],
])("%s is a failure", (error, words) => {
  const failure = awsFailure(error, "asking");
  expect(failure).not.toBeInstanceOf(ConfigError);
  expect((failure as Error).message).toContain(words);
});

afterEach(() => vi.unstubAllEnvs());

test("half a pair of keys is named", () => {
  vi.stubEnv("AWS_ACCESS_KEY_ID", "cAnArY");
  vi.stubEnv("AWS_SECRET_ACCESS_KEY", "");
  const { message } = awsFailure(sdk("CredentialsProviderError", "none"), "asking") as Error;
  expect(message).toContain("AWS_ACCESS_KEY_ID; set AWS_SECRET_ACCESS_KEY as well");
  expect(message).not.toContain("cAnArY");
});

test("what is no error of AWS stays as it is", () => {
  const error = new Error("the migration failed");
  expect(awsFailure(error, "asking")).toBe(error);
});
