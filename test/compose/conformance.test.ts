import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { parse } from "yaml";
import type { ComposeFile } from "../../compose-templates/index.js";
import { resolveDeployment } from "../../constructs/mlflow/index.js";
import { packageDirectory } from "../../constructs/image/load.js";
import { goldenCases } from "../helpers/golden-cases.js";
import { assertions } from "./assertions.js";
import { mutations } from "./mutations.js";

function golden(name: string) {
  const found = goldenCases.find((candidate) => candidate.name === name);
  if (!found) throw new Error(`no golden case ${name}`);
  const path = join(packageDirectory(), "compose-templates/golden", name, "docker-compose.yml");
  const file = parse(readFileSync(path, "utf8")) as ComposeFile;
  return { file, deployment: resolveDeployment(found.props) };
}

/** Numbers of the assertions that the file breaks. */
const broken = (file: ComposeFile, deployment: ReturnType<typeof golden>["deployment"]) =>
  assertions
    .filter(({ violations }) => violations(file, deployment).length > 0)
    .map(({ number }) => number);

test("the assertions are 1 to 19 of the checklist", () => {
  expect(assertions.map(({ number }) => number)).toStrictEqual(
    Array.from({ length: 19 }, (_, index) => index + 1),
  );
});

describe.each(goldenCases.map(({ name }) => name))("golden %s", (name) => {
  const { file, deployment } = golden(name);

  test.each(assertions)("$number: $rule", ({ violations }) => {
    expect(violations(file, deployment)).toStrictEqual([]);
  });
});

describe("an assertion fails for its own reason and no other does", () => {
  test("and each has a mutation that proves it", () => {
    const proven = new Set(mutations.map(({ breaks }) => breaks));
    expect(assertions.filter(({ number }) => !proven.has(number))).toStrictEqual([]);
  });

  test.each(mutations)("$breaks: $name", ({ breaks, of = "remote-server", mutate }) => {
    const { file, deployment } = golden(of);
    const before = JSON.stringify(file);
    mutate(file.services as never);
    expect(JSON.stringify(file)).not.toBe(before);
    expect(broken(file, deployment)).toStrictEqual([breaks]);
  });
});
