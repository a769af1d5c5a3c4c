import type { Problems } from "../mlflow/index.js";
import type { AwsNetwork, AwsTarget, AwsTargetProps } from "./aws-target.js";
import { overlaps, parseCidr, startOfRange, type Cidr } from "./cidr.js";

const defaultCidr = "10.73.0.0/20";

/** Bits of the widest range of private networks, 10.0.0.0/8. */
const widestOfOwn = 8;

/** The VPC that is made, or the user's. */
export function resolveNetwork(props: AwsTargetProps, problems: Problems): AwsNetwork {
  const { vpcId, privateSubnetIds = [], publicSubnetIds = [] } = props;
  if (vpcId === undefined) {
    for (const field of ["privateSubnetIds", "publicSubnetIds"] as const) {
      const problem = "must not be given without target.vpcId, whose subnets they are";
      problems.require(props[field] === undefined, `target.${field}`, problem);
    }
    const egress = props.egress ?? (props.shape === "host" ? "nat" : "endpoints");
    return { kind: "made", cidr: props.vpcCidr ?? defaultCidr, egress };
  }
  const id = /^vpc-([0-9a-f]{8}|[0-9a-f]{17})$/;
  problems.require(
    id.test(vpcId),
    "target.vpcId",
    `must be "vpc-" and 8 or 17 digits of 0-9 a-f; got "${vpcId}"`,
  );
  for (const field of ["vpcCidr", "egress", "connectedCidrs"] as const) {
    const problem = "must not be given with target.vpcId, whose owner has decided it";
    problems.require(props[field] === undefined, `target.${field}`, problem);
  }
  return { kind: "given", vpcId, privateSubnetIds, publicSubnetIds };
}

/** Rules over the network of a target, in the words of the props. */
export function requireNetwork(props: AwsTargetProps, target: AwsTarget, problems: Problems): void {
  const { network } = target;
  if (network.kind === "made") requireMade(props, network, target, problems);
  else requireGiven(network, target, problems);
  requireAllowed(props, target, problems);
  problems.require(
    props.allowedCidrs === undefined || hasLoadBalancer(target),
    "target.allowedCidrs",
    'must not be given with target.shape "host" without target.domain, which lets nothing in',
  );
}

/** Who may open it: each range once, as AWS has a rule but once. */
function requireAllowed(
  { allowedCidrs = [] }: AwsTargetProps,
  target: AwsTarget,
  problems: Problems,
): void {
  for (const [index, text] of allowedCidrs.entries()) {
    const path = `target.allowedCidrs[${index}]`;
    const range = requireRange(text, path, problems) ? parseCidr(text) : undefined;
    // No network of somebody's own is larger, and two halves of the internet are all of it.
    problems.require(
      !range || target.public || range.prefix >= widestOfOwn,
      path,
      `must be /${widestOfOwn} or smaller without target.public; got "${text}"; use the ranges of your networks`,
    );
    problems.require(
      !range || allowedCidrs.indexOf(text) === index,
      path,
      `must not be given twice; got "${text}"; remove one`,
    );
  }
}

/** Whether anything lets requests in: an instance without a domain is reached through SSM alone. */
export const hasLoadBalancer = (target: Pick<AwsTarget, "shape" | "domain">): boolean =>
  target.shape === "managed" || target.domain !== undefined;

function requireMade(
  props: AwsTargetProps,
  { cidr, egress }: Extract<AwsNetwork, { kind: "made" }>,
  { shape }: AwsTarget,
  problems: Problems,
): void {
  const path = "target.vpcCidr";
  const range = requireOwnRange(cidr, path, problems);
  // Docker's own bridges on an instance.
  const docker = { text: "172.17.0.0/16", what: "Docker's own range on the instance" };
  const others = [
    ...(props.connectedCidrs ?? []).map((text, index) => ({
      text,
      what: `target.connectedCidrs[${index}]`,
    })),
    ...(shape === "host" ? [docker] : []),
  ];
  for (const { text, what } of others) {
    if (text !== docker.text && !requireRange(text, what, problems)) continue;
    const other = parseCidr(text);
    problems.require(
      !range || !other || !overlaps(range, other),
      path,
      `must not overlap ${what}, "${text}"; got "${cidr}"`,
    );
  }
  requireEgress(egress, shape, problems);
}

/** The range of the VPC; undefined: it is none. */
function requireOwnRange(cidr: string, path: string, problems: Problems): Cidr | undefined {
  const start = startOfRange(cidr);
  // Also of a range that begins elsewhere, so that no start is advised that is refused next.
  const meant = start === undefined ? undefined : parseCidr(start);
  const fits = !meant || (meant.prefix >= 16 && meant.prefix <= 24);
  const isPrivate =
    !meant ||
    ["10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16"].some((text) => {
      const block = parseCidr(text);
      return block && meant.prefix >= block.prefix && overlaps(block, meant);
    });
  const whole = requireRange(cidr, path, problems, fits && isPrivate);
  problems.require(fits, path, `must be /16 to /24; got "${cidr}"`);
  const rule = `must be in 10.0.0.0/8, 172.16.0.0/12 or 192.168.0.0/16; got "${cidr}"`;
  problems.require(isPrivate, path, rule);
  return whole ? meant : undefined;
}

function requireEgress(egress: string, shape: AwsTarget["shape"], problems: Problems): void {
  const path = "target.egress";
  const names = ["endpoints", "nat", "public-ip"];
  if (!names.includes(egress)) {
    const list = names.map((name) => `"${name}"`).join(" or ");
    problems.add(path, `must be ${list}; got "${egress}"`);
    return;
  }
  problems.require(
    egress !== "public-ip" || shape !== "managed",
    path,
    'must not be "public-ip" with target.shape "managed", whose tasks have no address of their own; use "endpoints" or "nat"',
  );
  problems.require(
    egress !== "endpoints" || shape !== "host",
    path,
    'must not be "endpoints" with target.shape "host", which gets packages and images from the internet; use "nat" or "public-ip"',
  );
}

function requireGiven(
  network: Extract<AwsNetwork, { kind: "given" }>,
  target: AwsTarget,
  problems: Problems,
): void {
  const id = /^subnet-([0-9a-f]{8}|[0-9a-f]{17})$/;
  const two = hasLoadBalancer(target) || target.hostDatabase === "rds";
  const needs = {
    privateSubnetIds: two ? 2 : 1,
    publicSubnetIds: target.public ? 2 : 0,
  };
  for (const field of ["privateSubnetIds", "publicSubnetIds"] as const) {
    const ids = network[field];
    const path = `target.${field}`;
    problems.require(
      new Set(ids).size >= needs[field],
      path,
      `must name ${needs[field]} subnets in ${needs[field]} zones; got ${ids.length}`,
    );
    for (const [index, subnet] of ids.entries()) {
      const rule = `must be "subnet-" and 8 or 17 digits of 0-9 a-f; got "${subnet}"`;
      problems.require(id.test(subnet), `${path}[${index}]`, rule);
    }
  }
}

/** @param advised - whether the range that begins where this one should is a good one */
function requireRange(text: string, path: string, problems: Problems, advised = true): boolean {
  const start = startOfRange(text);
  return problems.require(
    parseCidr(text) !== undefined,
    path,
    start === undefined
      ? `must be a range such as "10.73.0.0/20"; got "${text}"`
      : `must begin at the first address of its range; got "${text}"${advised ? `; use "${start}"` : ""}`,
  );
}
