import { createHash, createHmac, randomInt } from "node:crypto";
import {
  Problems,
  secretSpecs,
  type DeploymentSecret,
  type SecretName,
  type SecretSpec,
} from "../../constructs/mlflow/index.js";
import type { SecretValues } from "../../compose-templates/index.js";

const alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";

export function generateSecret(length: number): string {
  return Array.from({ length }, () => alphabet.charAt(randomInt(alphabet.length))).join("");
}

/** Those that existing data was made with: another value opens nothing. The others are set anew. */
export const opensData = [
  "POSTGRES_PASSWORD",
  "RUSTFS_ACCESS_KEY",
  "RUSTFS_SECRET_KEY",
  "MLFLOW_AUTH_ADMIN_PASSWORD",
  "MLFLOW_CRYPTO_KEK_PASSPHRASE",
] as const satisfies readonly SecretName[];

export interface CompletedSecrets {
  readonly values: SecretValues;
  /** Those that are new. */
  readonly made: readonly SecretName[];
}

/** Where the values are from, for messages. */
export interface SecretPlaces {
  readonly given: string;
  readonly kept: string;
}

/**
 * The value of each secret: the user's, else the one kept from the last run, else a new one.
 *
 * @param given - from the env file
 * @param kept - from the `.env` of the last run
 * @throws {ConfigError} naming, never showing, each value that is missing, can't be carried, would
 * silently do nothing or would replace the only key to existing data
 */
export function completeSecrets(
  secrets: readonly DeploymentSecret[],
  given: SecretValues,
  kept: SecretValues,
  places: SecretPlaces = { given: "the env file", kept: ".env" },
): CompletedSecrets {
  const problems = new Problems();
  const made: SecretName[] = [];
  const entries = secrets.map(({ name, generate }) => {
    const known = given[name] || kept[name];
    const value = known || (generate > 0 ? generateSecret(generate) : "");
    if (!known) made.push(name);
    if (value === "")
      problems.add(name, `must be set in the env file: ${secretSpecs[name].purpose}`);
    else checkValue(name, value, problems);
    const replaces = given[name] && kept[name] && given[name] !== kept[name];
    problems.require(
      !replaces || !opensData.some((one) => one === name),
      name,
      `is another value in ${places.given} than in ${places.kept}, with which the data was made; remove it from ${places.given}, or write the value that opens the data into both`,
    );
    return [name, value] as const;
  });
  const used = new Set<string>(secrets.map(({ name }) => name));
  for (const name of Object.keys(given).filter((candidate) => !used.has(candidate))) {
    const problem = "is not used by this deployment; remove it, or change the store it belongs to";
    problems.add(name, problem);
  }
  problems.throwIfAny();
  return { values: Object.fromEntries(entries), made };
}

function checkValue(name: SecretName, value: string, problems: Problems): void {
  const { minimumLength = 1, asciiBecause } = secretSpecs[name] as SecretSpec;
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
  problems.require(
    asciiBecause === undefined || !/[^\0-\x7f]/.test(value),
    name,
    `must have only ASCII characters, because ${asciiBecause}`,
  );
}

/** Twelve hex digits that change with any value and tell nothing of them. */
export function secretsRevision(values: SecretValues): string {
  return createHash("sha256").update(JSON.stringify(values)).digest("hex").slice(0, 12);
}

/**
 * Twelve hex digits for each secret, which change with it alone. Keyed, so that nobody who reads
 * them in a state can try words.
 *
 * @param key - a secret of its own, which stays when the others change
 */
export function secretRevisions(
  values: Readonly<Record<string, string>>,
  key: string,
): Readonly<Record<string, string>> {
  return Object.fromEntries(
    Object.entries(values).map(([name, value]) => {
      const hash = createHmac("sha256", key).update(`${name}\0${value}`);
      return [name, hash.digest("hex").slice(0, 12)];
    }),
  );
}
