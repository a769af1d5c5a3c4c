import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { topologyNames, type Topology } from "../../constructs/mlflow/index.js";
import { parseDotenv } from "../../env/dotenv.js";
import { editSettingsFile, formatSettingsFile } from "../../env/example.js";
import { loadDeployment, type SettingsScope } from "../../env/load.js";
import { variableMeta, variableNames } from "../../env/schema.js";
import { variablesOf } from "../../env/topology-variables.js";
import { fillReadme } from "../../scripts/readme-tables.js";
import { linux } from "./machines.js";

const root = join(import.meta.dirname, "../..");
const example = (topology: string) =>
  readFileSync(join(root, "env", `${topology}.env.example`), "utf8");

/** The names in an example, whether commented or not. */
const namesIn = (text: string): readonly string[] =>
  [...text.matchAll(/^#?([A-Z][A-Z0-9_]*)=/gm)].map(([, name]) => name ?? "");

interface Example {
  readonly name: string;
  readonly topology: Topology;
  readonly scope: SettingsScope;
}

/** Every example: a folder of each topology, and a stack. */
const examples: readonly Example[] = [
  ...topologyNames.map((topology) => ({ name: topology, topology, scope: "folder" }) as const),
  { name: "home-lab", topology: "remote-server", scope: "stack" },
];

describe.each(examples)("the example of $name", ({ name: file, topology, scope }) => {
  const load = (values: Readonly<Record<string, string>>) =>
    loadDeployment(topology, values, linux, scope);

  test("is what `npm run docs` writes", () => {
    expect(example(file)).toBe(formatSettingsFile(topology, {}, scope));
  });

  test("means the defaults as it is", () => {
    const { values, problems } = parseDotenv(example(file));
    expect(problems).toStrictEqual([]);
    expect(load(values)).toStrictEqual(load({}));
  });

  test("means the defaults with every line uncommented", () => {
    const { values, problems } = parseDotenv(example(file).replace(/^#(?=[A-Z0-9_]+=)/gm, ""));
    expect(problems).toStrictEqual([]);
    expect(Object.keys(values)).toStrictEqual(variablesOf(topology, scope));
    expect(load(values)).toStrictEqual(load({}));
  });

  test("has every variable once and explains it", () => {
    const text = example(file);
    expect(namesIn(text)).toStrictEqual(variablesOf(topology, scope));
    for (const name of namesIn(text)) {
      expect(text).toContain(`# ${variableMeta(name as (typeof variableNames)[number]).meaning}`);
    }
  });

  test("takes each default that it shows", () => {
    const shown = variablesOf(topology, scope)
      .map((name) => [name, variableMeta(name).default] as const)
      .filter(([name, value]) => !value.startsWith("- ") && applies(topology, name));
    const { stack, ...loaded } = load(Object.fromEntries(shown));
    const { stack: standard, ...defaults } = load({});
    expect(loaded).toStrictEqual(defaults);
    expect(stack).toStrictEqual(scope === "stack" ? { ...standard, state: "local" } : standard);
  });
});

/** Settings that belong to another store than the topology's own, or to a login that is off. */
const elsewhere: Readonly<Record<string, readonly string[]>> = {
  "localhost-files": [],
  "localhost-database": [
    "MLFLOW_AUTH_ADMIN_USERNAME",
    "MLSTACK_DEFAULT_PERMISSION",
    "MLSTACK_POSTGRES_IMAGE",
  ],
  "remote-server": ["AWS_DEFAULT_REGION", "MLSTACK_S3_CREDENTIALS"],
};

const applies = (topology: string, name: string): boolean =>
  !(elsewhere[topology] ?? []).includes(name);

describe("an env file that is edited", () => {
  test("changes in the lines of the variables alone", () => {
    const text = "# mine\nMLFLOW_PORT=5001 # ours\n\nexport MLSTACK_NAME='a b'\n#MLFLOW_HOST=\n";
    const values = {
      MLFLOW_PORT: "5002",
      MLFLOW_HOST: "127.0.0.2",
      MLSTACK_NAME: undefined,
      MLSTACK_PROFILE: "small",
    };
    expect(editSettingsFile(text, values)).toBe(
      "# mine\nMLFLOW_PORT=5002\n\n#MLSTACK_NAME=\nMLFLOW_HOST=127.0.0.2\nMLSTACK_PROFILE=small\n",
    );
  });

  test("keeps the byte order mark and the line ends of Windows", () => {
    expect(editSettingsFile("\ufeffMLFLOW_PORT=1\r\nB=2", { MLFLOW_PORT: "$&", C: "3" })).toBe(
      "\ufeffMLFLOW_PORT='$&'\r\nB=2\r\nC=3\r\n",
    );
  });
});

test("every variable is in some example", () => {
  const shown = [...examples.map(({ name }) => name), "aws"].flatMap((name) =>
    namesIn(example(name)),
  );
  expect(variableNames.filter((name) => !shown.includes(name))).toStrictEqual([]);
});

test("the README's tables are what `npm run docs` writes", () => {
  const cells = (text: string) => text.replace(/ *\| */g, "|").replace(/-{3,}/g, "---");
  const readme = readFileSync(join(root, "README.md"), "utf8");
  expect(cells(readme)).toBe(cells(fillReadme(readme)));
});
