import { describe, expect, test } from "vitest";
import { awsCases } from "../helpers/aws/cases.js";
import { awsGolden } from "../helpers/aws/golden.js";
import { cycles, graphOf, lostReferences } from "./graph.js";
import { cut, orderings, orderViolations } from "./orderings.js";

const names = awsCases.map(({ name }) => name);

describe.each(names)("golden %s", (name) => {
  const file = awsGolden(name);

  test("refers to nothing that is not there", () => {
    expect(lostReferences(file)).toStrictEqual([]);
  });

  test("has no cycle", () => {
    const graph = graphOf(file);
    const edges = [...graph.values()].reduce((sum, { size }) => sum + size, 0);
    expect(edges).toBeGreaterThan(graph.size);
    expect(cycles(graph)).toStrictEqual([]);
  });

  test.each(orderings)("$rule", (ordering) => {
    expect(orderViolations(file, ordering) ?? []).toStrictEqual([]);
  });
});

describe("a fault is found", () => {
  test("a reference that leads nowhere, in a text, a list and an output", () => {
    const file = awsGolden("managed");
    const [balancer = {}] = Object.values(file.resource["aws_lb"] ?? {});
    balancer["name"] = "a-${aws_vpc.gone.id}-b";
    balancer["depends_on"] = ["aws_route.gone"];
    file.output["region"] = { value: "${data.aws_region.gone.name}" };
    // What Terraform does not evaluate is none.
    balancer["tags"] = { Name: "$${aws_vpc.escaped.id}" };
    expect(lostReferences(file).map((each) => each.replace(/^.*: /, ""))).toStrictEqual([
      "aws_route.gone is nowhere",
      "aws_vpc.gone is nowhere",
      "data.aws_region.gone is nowhere",
    ]);
  });

  test("a block that waits for itself, by way of another", () => {
    const file = awsGolden("managed");
    const { aws_lb: balancers = {}, aws_vpc: vpcs = {} } = file.resource;
    const [vpc = {}] = Object.values(vpcs);
    vpc["tags"] = { Name: `\${aws_lb.${Object.keys(balancers)[0]}.arn}` };
    expect(cycles(graphOf(file))).toContain(`aws_lb.${Object.keys(balancers)[0]}`);
  });

  test.each(orderings)("$rule: and this order alone is lost without", (ordering) => {
    const file = awsGolden(ordering.of ?? "managed");
    expect(orderViolations(file, ordering)).toStrictEqual([]);
    cut(file, ordering);
    const broken = orderings.filter((each) => (orderViolations(file, each) ?? []).length > 0);
    expect(broken.map(({ rule }) => rule)).toStrictEqual([ordering.rule]);
  });
});
