import { TerraformResource } from "cdktf";
import type { AwsStack } from "../aws-stack.js";

/** What people call a resource: its part of the deployment, and what it is there. */
export interface AwsName {
  /** `backend-store`, `network`, ... */
  readonly part: string;
  /** `database`, `subnet private-1`, ... */
  readonly what: string;
}

export interface AwsNames {
  readonly partsOf: (address: string) => AwsName;
  /** Both in one. */
  readonly nameOf: (address: string) => string;
  /** Addresses of the bucket of the artifacts and its settings. */
  readonly bucket: readonly string[];
}

/** Reads the names off the construct tree. */
export function awsNames(stack: AwsStack): AwsNames {
  const names = new Map<string, AwsName>();
  const bucket: string[] = [];
  for (const node of stack.node.findAll()) {
    if (!TerraformResource.isTerraformResource(node)) continue;
    const address = `${node.terraformResourceType}.${node.friendlyUniqueId}`;
    const name = nameOf(node.terraformResourceType, node.node.path.split("/"));
    names.set(address, name);
    if (name.part === "artifact-store") bucket.push(address);
  }
  const partsOf = (address: string): AwsName => names.get(address) ?? formerName(address);
  return {
    partsOf,
    nameOf: (address) => {
      const { part, what } = partsOf(address);
      return `${part}: ${what}`;
    },
    bucket,
  };
}

const words: Readonly<Record<string, string>> = {
  terraform_data: "job",
  aws_acm_certificate: "certificate",
  aws_cloudwatch_log_group: "log group",
  aws_db_instance: "database",
  aws_db_parameter_group: "database parameters",
  aws_db_subnet_group: "database subnets",
  aws_default_security_group: "default security group",
  aws_ebs_volume: "data volume",
  aws_ecr_lifecycle_policy: "lifecycle of the images",
  aws_ecr_repository: "image repository",
  aws_ecs_cluster: "cluster",
  aws_ecs_service: "service",
  aws_ecs_task_definition: "task definition",
  aws_eip: "public address",
  aws_iam_role: "role",
  aws_iam_role_policy: "policy",
  aws_instance: "instance",
  aws_kms_alias: "alias of the key",
  aws_kms_key: "key",
  aws_lb: "load balancer",
  aws_lb_listener: "listener",
  aws_lb_target_group: "target group",
  aws_route53_record: "DNS record",
  aws_s3_bucket: "bucket",
  aws_s3_bucket_lifecycle_configuration: "lifecycle of the objects",
  aws_s3_bucket_server_side_encryption_configuration: "bucket encryption",
  aws_secretsmanager_secret: "secret",
  aws_secretsmanager_secret_version: "value of the secret",
  aws_vpc: "VPC",
  aws_vpc_endpoint: "endpoint",
  aws_vpc_security_group_egress_rule: "way out",
  aws_vpc_security_group_ingress_rule: "way in",
};

const wordOf = (type: string): string =>
  words[type] ?? type.replace(/^aws_/, "").replaceAll("_", " ");

/** Parts of the constructs that are one to people. */
const partOf: Readonly<Record<string, string>> = {
  Resource: "host",
  group: "tracking-server",
  cluster: "tracking-server",
  "tracking-server-task": "tracking-server",
  "db-upgrade-task": "db-upgrade",
};

/** Of `aws/mlflow/managed/network/made/private-1`, and of `aws/mlflow/encryption-key/Resource`. */
function nameOf(type: string, [, , ...path]: readonly string[]): AwsName {
  const inShape = path[0] === "managed" || path[0] === "host";
  const [first = "host", ...rest] = inShape ? path.slice(1) : path;
  const what = wordOf(type);
  const own = rest.filter((id) => !unsaid.includes(id)).map((id) => id.replace(/-value$/, ""));
  const more = own.filter((id) => !says(what, id));
  return { part: partOf[first] ?? first, what: [what, ...more].join(" ") };
}

const unsaid = ["Resource", "made", "group"];

/** Whether every word of an id is one of the name already: `public-access` of a public access block. */
const says = (what: string, id: string): boolean => {
  const said = what.toLowerCase().split(" ");
  return id
    .split("-")
    .every((word) => said.includes(word) || said.includes(word.replace(/s$/, "")));
};

/** Of something that is no longer described, as its address spells it. */
function formerName(address: string): AwsName {
  const looked = /^data\.(\w+)\./.exec(address)?.[1];
  if (looked !== undefined) return { part: "look up", what: wordOf(looked) };
  const former = /^(\w+)\.mlflow_(.+)_[0-9A-F]{8}$/.exec(address);
  if (!former) return { part: "others", what: address };
  const [, type = "", path = ""] = former;
  return nameOf(type, ["", "", ...path.split("_")]);
}
