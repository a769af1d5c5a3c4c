import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { packageDirectory } from "../../constructs/image/load.js";
import { resolveDeployment } from "../../constructs/mlflow/index.js";
import { assertions as shared } from "../compose/assertions.js";
import type { Configuration } from "../helpers/docker-target.js";
import { goldenCases } from "../helpers/golden-cases.js";
import { assertions as own } from "./assertions.js";
import { mutations } from "./mutations.js";
import { composeView } from "./view.js";

type Deployment = ReturnType<typeof resolveDeployment>;

function golden(name: string) {
  const found = goldenCases.find((candidate) => candidate.name === name);
  if (!found) throw new Error(`no golden case ${name}`);
  const path = join(packageDirectory(), "constructs/docker/golden", name, "cdk.tf.json");
  const file = JSON.parse(readFileSync(path, "utf8")) as Configuration;
  return { file, deployment: resolveDeployment(found.props) };
}

/** Assertions of both targets over one configuration. */
const assertions = [
  ...shared.map(({ number, rule, violations }) => ({
    number: String(number),
    rule,
    violations: (file: Configuration, deployment: Deployment) =>
      violations(composeView(file), deployment),
  })),
  ...own,
];

const broken = (file: Configuration, deployment: Deployment) =>
  assertions
    .filter(({ violations }) => violations(file, deployment).length > 0)
    .map(({ number }) => number);

describe.each(goldenCases.map(({ name }) => name))("golden %s", (name) => {
  const { file, deployment } = golden(name);

  test("is seen whole: a service for each container and job", () => {
    const { services } = composeView(file);
    const { docker_container: containers = {}, terraform_data: jobs = {} } = file.resource;
    const count = Object.keys(containers).length + Object.keys(jobs).length;
    expect(Object.keys(services).filter((role) => role !== "")).toHaveLength(count);
  });

  test.each(assertions)("$number: $rule", ({ violations }) => {
    expect(violations(file, deployment)).toStrictEqual([]);
  });
});

describe("an assertion fails for its own reason and no other does", () => {
  test("and each has a mutation that proves it", () => {
    const proven = new Set(mutations.map(({ breaks }) => breaks));
    const unproven = assertions.filter(({ number }) => !proven.has(number));
    expect(unproven.map(({ number }) => number)).toStrictEqual([]);
  });

  test.each(mutations)("$breaks: $name", ({ breaks, of = "remote-server", mutate }) => {
    const { file, deployment } = golden(of);
    const before = JSON.stringify(file);
    mutate(file);
    expect(JSON.stringify(file)).not.toBe(before);
    expect(broken(file, deployment)).toStrictEqual([breaks]);
  });
});
