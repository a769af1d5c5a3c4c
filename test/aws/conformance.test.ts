import { describe, expect, test } from "vitest";
import { awsCase, awsCases } from "../helpers/aws/cases.js";
import { awsGolden, awsStackProps, type AwsConfiguration } from "../helpers/aws/golden.js";
import { assertions } from "./assertions.js";
import { mutations } from "./mutations.js";

function golden(name: string) {
  const { props, target } = awsCase(name);
  return { file: awsGolden(name), target: awsStackProps(props, target).target };
}

type Golden = ReturnType<typeof golden>;

const broken = (file: AwsConfiguration, target: Golden["target"]) =>
  assertions
    .filter(({ violations }) => violations(file, target).length > 0)
    .map(({ number }) => number);

describe.each(awsCases.map(({ name }) => name))("golden %s", (name) => {
  const { file, target } = golden(name);

  test.each(assertions)("$number: $rule", ({ violations }) => {
    expect(violations(file, target)).toStrictEqual([]);
  });
});

describe("an assertion fails for its own reason and no other does", () => {
  test("and each has a mutation that proves it", () => {
    const proven = new Set(mutations.map(({ breaks }) => breaks));
    expect(assertions.map(({ number }) => number).filter((each) => !proven.has(each))).toEqual([]);
  });

  test.each(mutations)("$breaks: $name", ({ breaks, of = "managed", mutate }) => {
    const { file, target } = golden(of);
    const before = JSON.stringify(file);
    mutate(file);
    expect(JSON.stringify(file)).not.toBe(before);
    expect(broken(file, target)).toStrictEqual([breaks]);
  });
});
