import { expect, test } from "vitest";
import { secretRevisions } from "../../stacks/tools/secrets.js";

const values = {
  POSTGRES_PASSWORD: "one",
  MLFLOW_DB_PASSWORD: "two",
  MLFLOW_CRYPTO_KEK_PASSPHRASE: "0123456789abcdef0123456789abcdef",
};

test("a secret's revision changes with it alone", () => {
  const before = secretRevisions(values);
  const after = secretRevisions({ ...values, MLFLOW_DB_PASSWORD: "three" });
  expect(after).toEqual({ ...before, MLFLOW_DB_PASSWORD: after["MLFLOW_DB_PASSWORD"] });
  expect(after["MLFLOW_DB_PASSWORD"]).not.toBe(before["MLFLOW_DB_PASSWORD"]);
});

test("the same password under another key is another revision", () => {
  const other = { ...values, MLFLOW_CRYPTO_KEK_PASSPHRASE: "f".repeat(32) };
  expect(secretRevisions(other)["POSTGRES_PASSWORD"]).not.toBe(
    secretRevisions(values)["POSTGRES_PASSWORD"],
  );
});
