import { createHash, randomInt } from "node:crypto";
import {
  ConfigError,
  Problems,
  secretSpecs,
  type DeploymentSecret,
  type SecretSpec,
} from "../../constructs/mlflow/index.js";
import type { SecretValues } from "../../compose-templates/index.js";

const alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";

function generateSecret(length: number): string {
  return Array.from({ length }, () => alphabet.charAt(randomInt(alphabet.length))).join("");
}

/**
 * The value of each secret: the user's, else the one kept from the last run, else a new one.
 *
 * @param given - from the env file
 * @param kept - from the `.env` of the last run
 * @throws {ConfigError} naming, never showing, each value that is missing or can't be carried
 */
export function completeSecrets(
  secrets: readonly DeploymentSecret[],
  given: SecretValues,
  kept: SecretValues,
): SecretValues {
  const problems = new Problems();
  const entries = secrets.map(({ name, generate }) => {
    // A key of the user's own store is never taken from the last run: it may have been RustFS's.
    const value = given[name] || (generate > 0 ? kept[name] || generateSecret(generate) : "");
    const { purpose, minimumLength = 1 } = secretSpecs[name] as SecretSpec;
    if (value === "") problems.add(name, `must be set in the env file: ${purpose}`);
    else {
      problems.require(
        value.length >= minimumLength,
        name,
        `must have ${minimumLength} characters or more`,
      );
      problems.require(
        !/[\0-\x1f\x7f]/.test(value),
        name,
        "must be one line without control characters, which .env cannot carry",
      );
    }
    return [name, value] as const;
  });
  problems.throwIfAny();
  return Object.fromEntries(entries);
}

/** Twelve hex digits that change with any value and tell nothing of them. */
export function secretsRevision(values: SecretValues): string {
  return createHash("sha256").update(JSON.stringify(values)).digest("hex").slice(0, 12);
}

/** Refuses secrets under names the deployment does not use, which would silently do nothing. */
export function requireKnownSecrets(
  secrets: readonly DeploymentSecret[],
  given: SecretValues,
): void {
  const used = new Set<string>(secrets.map(({ name }) => name));
  const unused = Object.keys(given).filter((name) => !used.has(name));
  if (unused.length === 0) return;
  throw new ConfigError(
    unused.map((path) => ({
      path,
      problem: "is not used by this deployment; remove it, or change the store it belongs to",
    })),
  );
}
