/**
 * Settings of every client of the SDK. Credentials are found as every AWS tool finds them: variables,
 * profiles, single sign-on, roles.
 *
 * @param given - undefined: `AWS_REGION`, `AWS_DEFAULT_REGION`, or that of the profile
 */
export function clientConfig(given: string | undefined) {
  // Which Node the SDK's next releases need is no business of whoever runs this one.
  process.env["AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED"] = "true";
  const { AWS_REGION, AWS_DEFAULT_REGION } = process.env;
  // The SDK alone reads one of the two; the AWS CLI and Terraform the other as well.
  const region = given ?? (AWS_REGION || AWS_DEFAULT_REGION || undefined);
  // What waits for long must not end with a network that is away for seconds.
  return { maxAttempts: 8, ...(region !== undefined && { region }) };
}
