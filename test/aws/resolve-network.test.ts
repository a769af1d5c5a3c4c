import { describe, expect, test } from "vitest";
import { certificateArn, givenNetwork, hostTarget, managedTarget } from "../helpers/aws/cases.js";
import { awsProps } from "../helpers/aws/cases.js";
import { awsStackProps } from "../helpers/aws/golden.js";
import { hostRefusal, managedRefusal } from "../helpers/aws/refusal.js";

const domain = { domain: "mlflow.example.com", hostedZone: "example.com" };
const withoutDomain = "must not be given without target.domain, the name that people type";
const decided = "must not be given with target.vpcId, whose owner has decided it";

test.each([
  [
    { vpcCidr: "10.73.0.0" },
    'target.vpcCidr: must be a range such as "10.73.0.0/20"; got "10.73.0.0"',
  ],
  [
    { vpcCidr: "10.73.0.5/20" },
    'target.vpcCidr: must begin at the first address of its range; got "10.73.0.5/20"; use "10.73.0.0/20"',
  ],
  [
    { vpcCidr: "10.0.0.1/28" },
    'target.vpcCidr: must begin at the first address of its range; got "10.0.0.1/28"\ntarget.vpcCidr: must be /16 to /24; got "10.0.0.1/28"',
  ],
  [{ vpcCidr: "10.0.0.0/8" }, 'target.vpcCidr: must be /16 to /24; got "10.0.0.0/8"'],
  [{ vpcCidr: "10.0.0.0/25" }, 'target.vpcCidr: must be /16 to /24; got "10.0.0.0/25"'],
  [
    { vpcCidr: "100.64.0.0/20" },
    'target.vpcCidr: must be in 10.0.0.0/8, 172.16.0.0/12 or 192.168.0.0/16; got "100.64.0.0/20"',
  ],
  [
    { connectedCidrs: ["192.168.0.0/16", "10.73.8.0/24"] },
    'target.vpcCidr: must not overlap target.connectedCidrs[1], "10.73.8.0/24"; got "10.73.0.0/20"',
  ],
  [
    { connectedCidrs: ["10.73.8/24"] },
    'target.connectedCidrs[0]: must be a range such as "10.73.0.0/20"; got "10.73.8/24"',
  ],
  [
    { privateSubnetIds: ["subnet-1"] },
    "target.privateSubnetIds: must not be given without target.vpcId, whose subnets they are",
  ],
  [
    { vpcId: "vpc-1" },
    'target.vpcId: must be "vpc-" and 8 or 17 digits of 0-9 a-f; got "vpc-1"\ntarget.privateSubnetIds: must name 2 subnets in 2 zones; got 0',
  ],
  [
    { ...givenNetwork, vpcCidr: "10.0.0.0/20", egress: "nat", connectedCidrs: [] },
    `target.vpcCidr: ${decided}\ntarget.egress: ${decided}\ntarget.connectedCidrs: ${decided}`,
  ],
  [
    { ...givenNetwork, privateSubnetIds: ["subnet-0123456789abcdef0", "subnet-x"] },
    'target.privateSubnetIds[1]: must be "subnet-" and 8 or 17 digits of 0-9 a-f; got "subnet-x"',
  ],
  [
    { ...givenNetwork, ...domain, public: true },
    "target.publicSubnetIds: must name 2 subnets in 2 zones; got 0",
  ],
  [
    { egress: "internet" },
    'target.egress: must be "endpoints" or "nat" or "public-ip"; got "internet"',
  ],
  [
    { egress: "public-ip" },
    'target.egress: must not be "public-ip" with target.shape "managed", whose tasks have no address of their own; use "endpoints" or "nat"',
  ],
  [
    { domain: "mlflow", hostedZone: "mlflow" },
    'target.domain: must be a name such as "mlflow.example.com", in lower case; got "mlflow"',
  ],
  [
    { domain: "MLflow.example.com", certificateArn },
    'target.domain: must be a name such as "mlflow.example.com", in lower case; got "MLflow.example.com"',
  ],
  [
    { domain: "mlflow.example.com" },
    'target.hostedZone: must be given with target.domain, as the zone of Route 53 that gets the name "mlflow.example.com"; or give target.certificateArn, and write the name into DNS yourself',
  ],
  [
    { domain: "mlflow.example.com", hostedZone: "ample.com" },
    'target.hostedZone: must be the end of target.domain "mlflow.example.com"; got "ample.com"',
  ],
  [
    { ...domain, certificateArn: "arn:aws:acm:us-east-1:123456789012:certificate/1" },
    'target.certificateArn: must be the ARN of a certificate of ACM in "eu-central-1"; got "arn:aws:acm:us-east-1:123456789012:certificate/1"',
  ],
  [
    { hostedZone: "example.com", certificateArn, public: true },
    ["hostedZone", "certificateArn", "public"]
      .map((field) => `target.${field}: ${withoutDomain}`)
      .join("\n"),
  ],
  [
    { ...domain, allowedCidrs: ["10.0.0.0/8", "0.0.0.0/0", "128.0.0.0/1", "8.0.0.0/7"] },
    ["0.0.0.0/0", "128.0.0.0/1", "8.0.0.0/7"]
      .map(
        (range, index) =>
          `target.allowedCidrs[${index + 1}]: must be /8 or smaller without target.public; got "${range}"; use the ranges of your networks`,
      )
      .join("\n"),
  ],
  [
    { ...domain, public: true, allowedCidrs: ["203.0.113.0/24", "203.0.113.0/24"] },
    'target.allowedCidrs[1]: must not be given twice; got "203.0.113.0/24"; remove one',
  ],
  [
    { ...domain, allowedCidrs: ["10.1.2.3/8"] },
    'target.allowedCidrs[0]: must begin at the first address of its range; got "10.1.2.3/8"; use "10.0.0.0/8"',
  ],
])("managed refuses %j", (target, message) => {
  expect(managedRefusal(target)).toBe(message);
});

test.each([
  [
    { vpcCidr: "172.17.16.0/20" },
    'target.vpcCidr: must not overlap Docker\'s own range on the instance, "172.17.0.0/16"; got "172.17.16.0/20"',
  ],
  [
    { egress: "endpoints" },
    'target.egress: must not be "endpoints" with target.shape "host", which gets packages and images from the internet; use "nat" or "public-ip"',
  ],
  [
    { allowedCidrs: ["10.0.0.0/8"] },
    'target.allowedCidrs: must not be given with target.shape "host" without target.domain, which lets nothing in',
  ],
  [{ vpcId: givenNetwork.vpcId }, "target.privateSubnetIds: must name 1 subnets in 1 zones; got 0"],
])("host refuses %j", (target, message) => {
  expect(hostRefusal(target)).toBe(message);
});

describe("defaults", () => {
  test("managed has endpoints, and a range of its own", () => {
    const { network } = awsStackProps(awsProps(), managedTarget()).target;
    expect(network).toStrictEqual({ kind: "made", cidr: "10.73.0.0/20", egress: "endpoints" });
  });

  test("host has a NAT gateway", () => {
    const { network } = awsStackProps(awsProps(), hostTarget()).target;
    expect(network).toMatchObject({ egress: "nat" });
  });

  test.each([
    [{}, []],
    [{ ...domain }, []],
    [{ ...domain, public: true }, ["0.0.0.0/0"]],
    [{ ...domain, public: true, allowedCidrs: ["203.0.113.0/24"] }, ["203.0.113.0/24"]],
  ])("%j is open to %j besides the VPC", (target, ranges) => {
    expect(awsStackProps(awsProps(), managedTarget(target)).target.allowedCidrs).toStrictEqual(
      ranges,
    );
  });
});
