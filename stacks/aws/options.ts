import { Problems } from "../../constructs/mlflow/index.js";
import { awsRefusal } from "../../env/aws-scope.js";
import type { SettingsOptions } from "../settings.js";
import { readFlags } from "../tools/flags.js";

/** Options of the verbs of the stack `aws`, as commander gives them. */
export interface AwsOptions extends Pick<
  SettingsOptions,
  "envFile" | "out" | "set" | "name" | "profile" | "publicUrl"
> {
  readonly shape?: string;
  readonly region?: string;
  /** `s3://bucket/prefix`, or without the `s3://`. */
  readonly bucket?: string;
  readonly domain?: string;
  readonly hostedZone?: string;
  readonly certificate?: string;
  readonly public?: boolean;
  readonly egress?: string;
  readonly architecture?: string;
  readonly state?: string;
  readonly terraformBinary?: string;
}

/** Flags of the stack as variables, but for those that are wrong. */
export function awsFlags(options: AwsOptions, problems: Problems): Record<string, string> {
  const { bucket } = options;
  const destination = bucket === undefined || bucket.includes("://") ? bucket : `s3://${bucket}`;
  const flags: Readonly<Record<string, string | undefined>> = {
    MLSTACK_AWS_SHAPE: options.shape,
    MLSTACK_AWS_REGION: options.region,
    MLFLOW_ARTIFACTS_DESTINATION: destination,
    MLSTACK_AWS_DOMAIN: options.domain,
    MLSTACK_AWS_HOSTED_ZONE: options.hostedZone,
    MLSTACK_AWS_CERTIFICATE_ARN: options.certificate,
    MLSTACK_AWS_PUBLIC: options.public === true ? "true" : undefined,
    MLSTACK_AWS_EGRESS: options.egress,
    MLSTACK_AWS_ARCHITECTURE: options.architecture,
    MLSTACK_STATE: options.state,
  };
  const given = Object.entries(flags).flatMap(([name, value]) =>
    value === undefined ? [] : [[name, value] as const],
  );
  return { ...readFlags(common(options), problems, awsRefusal), ...Object.fromEntries(given) };
}

/** The flags that all verbs have; commander gives the others along. */
function common({ set, name, profile, publicUrl }: AwsOptions): SettingsOptions {
  return {
    ...(set && { set }),
    ...(name !== undefined && { name }),
    ...(profile !== undefined && { profile }),
    ...(publicUrl && { publicUrl }),
  };
}
