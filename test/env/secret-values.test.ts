import fc from "fast-check";
import { expect, test } from "vitest";
import { secretNames, topologyNames } from "../../constructs/mlflow/index.js";
import { parseDotenv } from "../../env/dotenv.js";
import { loadDeployment } from "../../env/load.js";
import { variableNames } from "../../env/schema.js";
import { messageOf } from "../helpers/deployments.js";
import { dotenvValue } from "../helpers/arbitraries.js";
import { linux, windows } from "./machines.js";

const canary = "cAnArY-7f3a";

/** A password in any surroundings, as the value of a secret. */
const secretValue = fc.oneof(
  fc.tuple(dotenvValue, dotenvValue).map(([before, after]) => `${before}${canary}${after}`),
  fc.constantFrom("\n", "\t", "\0").map((character) => `${canary}${character}`),
);

const databaseUri = fc
  .tuple(
    fc.constantFrom(
      "postgresql://",
      "postgresql+psycopg2://",
      "postgresql+psycopg2:/",
      "postgresql+psycopg2-binary://",
      "mysql://",
      "mssql+pyodbc://",
      "sqlite://",
      "sqlite:///",
      "file://",
      "//",
      "/",
      "",
    ),
    fc.constantFrom("mlflow", "", "a b"),
    fc.constantFrom("", "/mlflow", "/mlflow?sslmode=require"),
  )
  .map(([scheme, user, rest]) => `${scheme}${user}:${canary}@db.example.com${rest}`);

const secrets = fc.record(
  {
    ...Object.fromEntries(secretNames.map((name) => [name, secretValue])),
    MLFLOW_BACKEND_STORE_URI: databaseUri,
  },
  { requiredKeys: [] },
);

const others = fc.dictionary(
  fc.constantFrom(
    ...variableNames.filter((name) => !(secretNames as readonly string[]).includes(name)),
    "MLFLOW_PROT",
  ),
  fc.constantFrom("nonsense", "true", "s3", "0", "s3://b", "/srv/x", "external", "file", "sqlite"),
);

test("no refusal shows the value of a secret", () => {
  const topology = fc.constantFrom(...topologyNames);
  const machine = fc.constantFrom(linux, windows);
  fc.assert(
    fc.property(topology, secrets, others, machine, (name, values, rest, where) => {
      const message = messageOf(() => loadDeployment(name, { ...rest, ...values }, where));
      expect(message).not.toContain(canary);
    }),
    { numRuns: 2000 },
  );
});

test("no refusal of a line of an env file shows what is in it", () => {
  fc.assert(
    fc.property(
      secretValue,
      fc.constantFrom("A='", 'A="', "A ", "", "1=", "A=x\nA="),
      (value, start) => {
        const text = parseDotenv(`${start}${value}`).problems.map(({ problem }) => problem);
        expect(text.join("\n")).not.toContain(canary);
      },
    ),
  );
});
