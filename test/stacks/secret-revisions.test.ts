import { expect, test } from "vitest";
import { secretRevisions } from "../../stacks/tools/secrets.js";

const values = {
  POSTGRES_PASSWORD: "one",
  MLFLOW_DB_PASSWORD: "two",
  MLFLOW_CRYPTO_KEK_PASSPHRASE: "0123456789abcdef0123456789abcdef",
};

const key = "k".repeat(32);

test("a secret's revision changes with it alone, whichever it is", () => {
  const before = secretRevisions(values, key);
  for (const name of Object.keys(values)) {
    const after = secretRevisions({ ...values, [name]: "three" }, key);
    expect(after).toEqual({ ...before, [name]: after[name] });
    expect(after[name]).not.toBe(before[name]);
  }
});

test("the same password under another key is another revision", () => {
  const [one, other] = [key, "f".repeat(32)].map((each) => secretRevisions(values, each));
  expect(one?.["POSTGRES_PASSWORD"]).not.toBe(other?.["POSTGRES_PASSWORD"]);
});
