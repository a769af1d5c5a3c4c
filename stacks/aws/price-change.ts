import { priceOf } from "../../constructs/aws/price.js";
import { totalWords } from "../../constructs/aws/price-words.js";
import { ConfigError } from "../../constructs/mlflow/index.js";
import type { AwsOptions } from "./options.js";
import { readAwsSettings, type AwsSettings } from "./settings.js";

/**
 * What a month costs from now on, where flags change it.
 *
 * @param options - with the flags, which the folder's settings do not have yet
 * @returns undefined: it stays as it was, or nobody knows what was
 */
export function priceChange(
  { target, deployment, keep, out }: AwsSettings,
  { envFile }: AwsOptions,
): string | undefined {
  if (!keep) return undefined;
  const before = settingsBefore(envFile === undefined ? { out } : { out, envFile });
  if (!before) return undefined;
  const [old, now] = [before, { target, deployment }].map((one) =>
    totalWords(priceOf(one.target, one.deployment)),
  );
  return old === now ? undefined : `Price: ${now}; before it was ${old}`;
}

/** Undefined: without the flags these are no settings. */
function settingsBefore(options: AwsOptions): AwsSettings | undefined {
  try {
    return readAwsSettings(options);
  } catch (error) {
    if (error instanceof ConfigError) return undefined;
    throw error;
  }
}
