import type { AwsConfiguration } from "../helpers/aws/golden.js";
import type { Block } from "../helpers/docker-target.js";
import { ancestors, graphOf } from "./graph.js";

/** What AWS needs to be there before something else, and Terraform can't see by itself. */
export interface Ordering {
  readonly rule: string;
  readonly first: Selector;
  readonly then: Selector;
  /** Golden case that shows it. @default "managed" */
  readonly of?: string;
  /** Whether two of them have to do with each other. @default - all have */
  readonly pair?: (first: Block, then: Block) => boolean;
  /** Blocks whose mention of the first ones makes the order. @default - all */
  readonly by?: Selector;
}

/** A block: its address, its type, its path below the stack, and what it has. */
interface Candidate {
  readonly address: string;
  readonly type: string;
  readonly path: string;
  readonly block: Block;
}

type Selector = (candidate: Candidate, file: AwsConfiguration) => boolean;

const ofType =
  (type: string, path = /./): Selector =>
  (candidate) =>
    candidate.type === type && path.test(candidate.path);

const either =
  (...selectors: readonly Selector[]): Selector =>
  (candidate, file) =>
    selectors.some((each) => each(candidate, file));

const service = ofType("aws_ecs_service");
const migration = ofType("terraform_data", /\/db-upgrade\/run\//);
const tasks = either(service, migration);
const database = ofType("aws_db_instance");
const ruleTypes = ["aws_vpc_security_group_ingress_rule", "aws_vpc_security_group_egress_rule"];

/** A rule at either end of what the tasks' own group is let in or out by. */
const taskRule: Selector = ({ type, path, block }) =>
  ruleTypes.includes(type) &&
  !path.includes("/load-balancer/group/") &&
  [block["security_group_id"], block["referenced_security_group_id"]].some(
    (id) => typeof id === "string" && /_managed_group_[0-9A-F]{8}\.id\}$/.test(id),
  );

/** Parts of one bucket. */
const sameBucket = (one: Block, other: Block): boolean => one["bucket"] === other["bucket"];

const managed: readonly Ordering[] = [
  {
    rule: "a listener sends requests on before a service is made for its target group",
    first: ({ type, block }) =>
      type === "aws_lb_listener" && block["default_action"][0].type === "forward",
    then: service,
  },
  { rule: "the migration is done before the server starts", first: migration, then: service },
  {
    rule: "the database is there before its migration",
    first: database,
    then: migration,
  },
  { rule: "endpoints are there before a task", first: ofType("aws_vpc_endpoint"), then: tasks },
  {
    rule: "routes are there before a task",
    first: ofType("aws_route"),
    then: tasks,
    of: "managed-domain-nat-x86",
    by: tasks,
  },
  {
    rule: "the tasks' subnets have their routes before a task",
    first: ofType("aws_route_table_association", /\/private-route-/),
    then: tasks,
  },
  { rule: "rules of security groups are there before a task", first: taskRule, then: tasks },
  {
    rule: "rules of the load balancer are there before its service",
    first: (candidate, file) =>
      either(...ruleTypes.map((type) => ofType(type, /\/load-balancer\/group\//)))(candidate, file),
    then: service,
  },
  { rule: "roles may do it before a task", first: ofType("aws_iam_role_policy"), then: tasks },
  {
    rule: "secrets have a value before a task",
    first: ofType("aws_secretsmanager_secret_version"),
    then: tasks,
  },
  {
    rule: "the log group is there before a task",
    first: ofType("aws_cloudwatch_log_group", /\/logs$/),
    then: tasks,
  },
  {
    rule: "the image is pushed before a task",
    first: ofType("terraform_data", /\/image\/push\//),
    then: tasks,
  },
  {
    rule: "the bucket is closed to others before the server writes",
    first: ofType("aws_s3_bucket_policy"),
    then: service,
  },
  {
    rule: "the service is there before it is started",
    first: service,
    then: ofType("terraform_data", /\/tracking-server\/start\//),
  },
];

const shared: readonly Ordering[] = [
  {
    rule: "log groups are there before RDS makes them itself",
    first: ofType("aws_cloudwatch_log_group", /-log$/),
    then: database,
  },
  {
    rule: "the parameter group is there before the database",
    first: ofType("aws_db_parameter_group"),
    then: database,
  },
  {
    rule: "public access is blocked before a policy is put on a bucket",
    first: ofType("aws_s3_bucket_public_access_block"),
    then: ofType("aws_s3_bucket_policy"),
    pair: sameBucket,
  },
  {
    rule: "a bucket keeps versions before a rule ends them",
    first: ofType("aws_s3_bucket_versioning"),
    then: ofType("aws_s3_bucket_lifecycle_configuration"),
    pair: sameBucket,
  },
  {
    rule: "the internet's gateway is there before an address and a NAT gateway",
    first: ofType("aws_internet_gateway"),
    then: either(ofType("aws_eip"), ofType("aws_nat_gateway")),
    of: "managed-domain-nat-x86",
  },
  {
    rule: "the way in is there before a public load balancer",
    first: either(
      ofType("aws_route", /\/public-route$/),
      ofType("aws_route_table_association", /\/public-route-/),
    ),
    then: ofType("aws_lb"),
    of: "managed-domain-nat-x86",
    by: ofType("aws_lb"),
  },
  {
    rule: "a certificate is valid before a listener has it",
    first: ofType("aws_acm_certificate_validation"),
    then: ofType("aws_lb_listener", /\/https$/),
    of: "managed-domain-nat-x86",
  },
];

const instance = ofType("aws_instance");

const host: readonly Ordering[] = [
  {
    rule: "an instance's role may do it before the instance",
    first: ofType("aws_iam_role_policy", /\/role\/policy$/),
    then: instance,
    of: "host",
  },
  {
    rule: "its files are there before the instance",
    first: ofType("aws_s3_object"),
    then: instance,
    of: "host",
  },
  {
    rule: "the buckets are closed to others before the instance",
    first: ofType("aws_s3_bucket_policy", /\/artifact-store\//),
    then: instance,
    of: "host",
  },
  {
    rule: "its way out is there before the instance",
    first: either(ofType("aws_route"), ofType("aws_vpc_endpoint")),
    then: instance,
    of: "host",
  },
  {
    rule: "its subnet has its route before the instance",
    first: ofType("aws_route_table_association", /\/private-route-/),
    then: instance,
    of: "host",
  },
  {
    rule: "rules of security groups are there before the instance",
    first: (candidate, file) =>
      either(...ruleTypes.map((type) => ofType(type, /\/host\/group\/to-/)))(candidate, file),
    then: instance,
    of: "host",
  },
  {
    rule: "the data volume is there before the instance",
    first: ofType("aws_ebs_volume"),
    then: instance,
    of: "host",
  },
  {
    rule: "the database is saved before an instance with another release",
    first: ofType("terraform_data", /\/release-snapshot\//),
    then: instance,
    of: "host",
  },
  {
    rule: "secrets have a value before the instance",
    first: ofType("aws_secretsmanager_secret_version"),
    then: instance,
    of: "host-domain-rds",
  },
  {
    rule: "the database is there before the instance",
    first: database,
    then: instance,
    of: "host-domain-rds",
  },
];

export const orderings: readonly Ordering[] = [...managed, ...shared, ...host];

function select(file: AwsConfiguration, selector: Selector): readonly Candidate[] {
  return Object.entries(file.resource)
    .flatMap(([type, blocks]) =>
      Object.entries(blocks).map(([name, block]) => ({
        address: `${type}.${name}`,
        type,
        path: String(block["//"]?.metadata.path ?? name),
        block,
      })),
    )
    .filter((candidate) => selector(candidate, file));
}

/** Pairs that are in the wrong order; undefined: the configuration has no such pair. */
export function orderViolations(
  file: AwsConfiguration,
  { first, then, pair = () => true }: Ordering,
): readonly string[] | undefined {
  const before = select(file, first);
  const after = select(file, then);
  if (before.length === 0 || after.length === 0) return undefined;
  const graph = graphOf(file);
  return after.flatMap((later) => {
    const waitsFor = ancestors(graph, later.address);
    return before
      .filter(({ address, block }) => pair(block, later.block) && !waitsFor.has(address))
      .map(({ path }) => `${later.path} does not wait for ${path}`);
  });
}

/** Takes one of the first blocks out of the texts and lists of those that wait for it. */
export function cut(file: AwsConfiguration, { first, by = () => true }: Ordering): void {
  const [target] = select(file, first)
    .map(({ address }) => address)
    .slice(-1);
  if (target === undefined) throw new Error("there is nothing to cut");
  for (const { block } of select(file, by)) {
    for (const [key, value] of Object.entries(block)) block[key] = without(value, target);
  }
}

function without(value: unknown, target: string): unknown {
  if (typeof value === "string") {
    const expression = new RegExp(`\\$\\{[^}]*\\b${target.replaceAll(".", "\\.")}\\b[^}]*\\}`, "g");
    return value.replaceAll(expression, "cut");
  }
  if (value === null || typeof value !== "object") return value;
  if (Array.isArray(value)) {
    return value.filter((each) => each !== target).map((each) => without(each, target));
  }
  return Object.fromEntries(
    Object.entries(value).map(([key, each]) => [key, key === "//" ? each : without(each, target)]),
  );
}
