import { stackCommand } from "../stack/command-line.js";
import { TerraformError } from "../terraform/failure.js";
import type { AwsOptions } from "./options.js";

/**
 * A first deploy that failed, with what is left of it and the ways out.
 *
 * @param price - `about $83.51 a month`, of all that was to be made
 */
export function halfMade(error: unknown, price: string, options: AwsOptions): unknown {
  if (!(error instanceof TerraformError)) return error;
  const { out, envFile, terraformBinary } = options;
  const same = {
    ...(out !== undefined && { out }),
    ...(envFile !== undefined && { envFile }),
    ...(terraformBinary !== undefined && { terraformBinary }),
  };
  const off = stackCommand("deploy", "aws", same, ["--set", "MLSTACK_AWS_PROTECT=false"]);
  const lines = [
    error.message,
    "",
    `What was made until then is there and costs its part of ${price}.`,
    `To go on, run the same command again: ${stackCommand("deploy", "aws", same)}`,
    `To be rid of it: ${off}`,
    "  (which takes the protection away, be it that it fails as this one), and then:",
    `  ${stackCommand("destroy", "aws", same, ["--delete-data"])}`,
  ];
  return new TerraformError(lines.join("\n"), error.failures, error.interrupted);
}
