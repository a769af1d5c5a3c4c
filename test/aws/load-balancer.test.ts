import { describe, expect, test } from "vitest";
import type { AwsTargetProps } from "../../constructs/aws/index.js";
import { awsProps, givenNetwork, hostTarget, managedTarget } from "../helpers/aws/cases.js";
import { certificateArn } from "../helpers/aws/cases.js";
import { synthAwsProps } from "../helpers/aws/golden.js";
import { resourcesOf } from "../helpers/docker-target.js";

const domain = { domain: "mlflow.example.com", certificateArn } as const;

/** Rules for those outside, by their address: `80 10.0.0.0/8`. */
function clientRules(target: Partial<AwsTargetProps>): Readonly<Record<string, string>> {
  const file = synthAwsProps(awsProps(), managedTarget(target));
  const rules = Object.entries(resourcesOf(file, "aws_vpc_security_group_ingress_rule"));
  return Object.fromEntries(
    rules
      .filter(([, rule]) => rule["cidr_ipv4"] !== undefined)
      .map(([address, rule]) => [address, `${rule["from_port"]} ${rule["cidr_ipv4"]}`]),
  );
}

describe("a rule keeps its address as long as it says the same", () => {
  const allowedCidrs = ["10.0.0.0/8", "192.168.0.0/16"];
  const before = clientRules({ allowedCidrs });

  test.each<[string, Partial<AwsTargetProps>]>([
    ["in another order", { allowedCidrs: allowedCidrs.toReversed() }],
    ["with one more before it", { allowedCidrs: ["100.64.0.0/10", ...allowedCidrs] }],
    ["with a domain", { allowedCidrs, ...domain }],
  ])("%s", (_, target) => {
    expect(clientRules(target)).toMatchObject(before);
  });

  test("and no two say the same", () => {
    const rules = Object.values(clientRules({ allowedCidrs, ...domain }));
    expect(rules.toSorted()).toStrictEqual(
      ["443", "80"].flatMap((port) => allowedCidrs.map((range) => `${port} ${range}`)),
    );
  });

  test("whose range is known when it is applied", () => {
    const [[address = "", rule = ""] = []] = Object.entries(clientRules(givenNetwork));
    expect(address).toMatch(/from-80-vpc/);
    expect(rule).toMatch(/^80 \$\{data\.aws_vpc\./);
  });
});

test("a server's port is its target's own, and makes no other target group", () => {
  const [before, after] = [5000, 5050].map((port) => {
    const target = hostTarget({ ...domain });
    return synthAwsProps(awsProps({ trackingServer: { port } }), target);
  });
  const groups = (file: typeof before) => file && resourcesOf(file, "aws_lb_target_group");
  expect(groups(after)).toStrictEqual(groups(before));
  const [attachment] = Object.values(
    after ? resourcesOf(after, "aws_lb_target_group_attachment") : {},
  );
  expect(attachment?.["port"]).toBe(5050);
});

test.each(["a", "internals", "my-ml-flow"])(
  "%s: one is made beside the one it replaces",
  (name) => {
    const file = synthAwsProps(awsProps({ name }), managedTarget());
    for (const type of ["aws_lb", "aws_lb_target_group"]) {
      const [block = {}] = Object.values(resourcesOf(file, type));
      expect(block).not.toHaveProperty("name");
      // AWS's provider takes 6 characters of it, and makes up 26.
      expect(block["name_prefix"]).toMatch(/^(?!-|internal-)[a-z0-9-]{1,6}$/);
      expect(block["lifecycle"]).toEqual({ create_before_destroy: true });
      expect(block["tags"]).toEqual({ Name: name });
    }
  },
);
