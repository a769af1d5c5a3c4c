import { describe, expect, test } from "vitest";
import {
  deploymentSecret,
  resolveDeployment,
  secretSpecs,
  type SecretSpec,
} from "../../constructs/mlflow/index.js";
import { completeSecrets, secretsRevision } from "../../stacks/tools/secrets.js";
import { messageOf, remoteServer } from "../helpers/deployments.js";

const { secrets } = resolveDeployment(remoteServer());
const s3 = resolveDeployment(remoteServer({ artifactStore: { kind: "s3", bucket: "example" } }));
const ownKeys = { AWS_ACCESS_KEY_ID: "AKIAEXAMPLE", AWS_SECRET_ACCESS_KEY: "example-secret" };

describe("a secret that nobody gave", () => {
  test("is made of letters and digits in the length that its program takes", () => {
    const { values, made } = completeSecrets(secrets, {}, {});
    expect(made).toStrictEqual(secrets.map(({ name }) => name));
    for (const { name, generate } of secrets) {
      expect(values[name]).toMatch(new RegExp(`^[A-Za-z0-9]{${generate}}$`));
      const { minimumLength = 1 } = secretSpecs[name] as SecretSpec;
      expect(generate).toBeGreaterThanOrEqual(minimumLength);
    }
  });

  test("is 32 characters, and 20 for the name of a key", () => {
    const lengths = Object.fromEntries(secrets.map(({ name, generate }) => [name, generate]));
    expect(lengths).toStrictEqual({
      POSTGRES_PASSWORD: 32,
      MLFLOW_DB_PASSWORD: 32,
      RUSTFS_ACCESS_KEY: 20,
      RUSTFS_SECRET_KEY: 32,
      MLFLOW_RUSTFS_ACCESS_KEY: 20,
      MLFLOW_RUSTFS_SECRET_KEY: 32,
      MLFLOW_AUTH_ADMIN_PASSWORD: 32,
      MLFLOW_FLASK_SERVER_SECRET_KEY: 32,
      MLFLOW_CRYPTO_KEK_PASSPHRASE: 32,
    });
  });

  test("differs from every other", () => {
    const many = Array.from({ length: 50 }, () => completeSecrets(secrets, {}, {}));
    const values = many.flatMap(({ values: each }) => Object.values(each));
    expect(new Set(values).size).toBe(50 * secrets.length);
  });
});

describe("of several values", () => {
  const one = [deploymentSecret("MLFLOW_AUTH_ADMIN_PASSWORD")];

  test("the user's wins over the last run's", () => {
    const signing = [deploymentSecret("MLFLOW_FLASK_SERVER_SECRET_KEY")];
    const given = { MLFLOW_FLASK_SERVER_SECRET_KEY: "given-by-the-user" };
    const kept = { MLFLOW_FLASK_SERVER_SECRET_KEY: "kept-from-before" };
    expect(completeSecrets(signing, given, kept)).toStrictEqual({ values: given, made: [] });
    expect(completeSecrets(signing, {}, kept)).toStrictEqual({ values: kept, made: [] });
  });

  test("but not where existing data was made with the last run's", () => {
    const given = { MLFLOW_AUTH_ADMIN_PASSWORD: "given-by-the-user" };
    const kept = { MLFLOW_AUTH_ADMIN_PASSWORD: "kept-from-before" };
    expect(messageOf(() => completeSecrets(one, given, kept))).toBe(
      "MLFLOW_AUTH_ADMIN_PASSWORD: is another value in the env file than in .env, with which the data was made; remove it from the env file, or write the value that opens the data into both",
    );
    expect(completeSecrets(one, given, given)).toStrictEqual({ values: given, made: [] });
  });

  test("a kept one that is empty is made anew", () => {
    const { values, made } = completeSecrets(one, {}, { MLFLOW_AUTH_ADMIN_PASSWORD: "" });
    expect(made).toStrictEqual(["MLFLOW_AUTH_ADMIN_PASSWORD"]);
    expect(values.MLFLOW_AUTH_ADMIN_PASSWORD).toMatch(/^[A-Za-z0-9]{32}$/);
  });

  test("the key of the user's own store is never made up, nor RustFS's", () => {
    const { values: kept } = completeSecrets(secrets, {}, {});
    expect(messageOf(() => completeSecrets(s3.secrets, {}, kept)).split("\n")).toStrictEqual([
      "AWS_ACCESS_KEY_ID: must be set in the env file: key of the tracking server on your S3 store",
      "AWS_SECRET_ACCESS_KEY: must be set in the env file: that key's secret",
    ]);
    expect(completeSecrets(s3.secrets, ownKeys, kept).values).toMatchObject(ownKeys);
    expect(completeSecrets(s3.secrets, {}, { ...kept, ...ownKeys }).values).toMatchObject(ownKeys);
  });
});

test("every problem of the secrets is in one list without their values", () => {
  const given = {
    MLFLOW_AUTH_ADMIN_PASSWORD: "short",
    MLFLOW_CRYPTO_KEK_PASSPHRASE: "a tab\tamong more than thirty-two letters",
    RUSTFS_SECRET_KEY: "of-no-use-with-s3",
  };
  expect(messageOf(() => completeSecrets(s3.secrets, given, {})).split("\n")).toStrictEqual([
    "AWS_ACCESS_KEY_ID: must be set in the env file: key of the tracking server on your S3 store",
    "AWS_SECRET_ACCESS_KEY: must be set in the env file: that key's secret",
    "MLFLOW_AUTH_ADMIN_PASSWORD: must have 12 characters or more",
    "MLFLOW_CRYPTO_KEK_PASSPHRASE: must be one line without control characters, which .env cannot carry",
    "RUSTFS_SECRET_KEY: is not used by this deployment; remove it, or change the store it belongs to",
  ]);
});

test("the revision changes with any value and holds none of them", () => {
  const { values } = completeSecrets(secrets, {}, {});
  const revision = secretsRevision(values);
  expect(revision).toMatch(/^[0-9a-f]{12}$/);
  expect(secretsRevision({ ...values })).toBe(revision);
  for (const { name } of secrets) {
    expect(secretsRevision({ ...values, [name]: `${values[name]}x` })).not.toBe(revision);
  }
});
