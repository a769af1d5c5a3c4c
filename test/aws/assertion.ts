import type { AwsTarget } from "../../constructs/aws/index.js";
import type { AwsConfiguration } from "../helpers/aws/golden.js";

/** A rule over a configuration, with its number in the security checklist. */
export interface AwsAssertion {
  readonly number: number;
  readonly rule: string;
  /** Where the configuration breaks the rule; empty where it keeps it. */
  readonly violations: (file: AwsConfiguration, target: AwsTarget) => readonly string[];
}
