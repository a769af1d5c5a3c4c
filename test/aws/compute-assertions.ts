import type { Statement } from "../../constructs/aws/policy.js";
import type { AwsConfiguration } from "../helpers/aws/golden.js";
import type { Block } from "../helpers/docker-target.js";
import type { AwsAssertion } from "./assertion.js";
import { ancestors, graphOf } from "./graph.js";
import { blocksOf, containersOf, jobInputs, listOf, referred, statementsOf } from "./view.js";
import type { Container } from "./view.js";

const isHardened = (container: Container): boolean =>
  container.readonlyRootFilesystem &&
  /^[1-9]\d*:[1-9]\d*$/.test(container.user) &&
  container.privileged !== true &&
  container.linuxParameters?.capabilities.drop[0] === "ALL" &&
  (container.secrets ?? []).every(({ valueFrom }) =>
    /^(\$\{|arn:aws:secretsmanager:)/.test(valueFrom),
  );

function serviceViolations(file: AwsConfiguration): readonly string[] {
  const services = blocksOf(file, "aws_ecs_service").filter(([, block]) => {
    const { enable, rollback } = block["deployment_circuit_breaker"] ?? {};
    return (
      block["network_configuration"]?.assign_public_ip !== false ||
      block["enable_execute_command"] !== false ||
      enable !== true ||
      rollback !== true
    );
  });
  return services.map(([address]) => address);
}

/** What a server does to its artifacts, and nothing more. */
const artifactActions = [
  "s3:AbortMultipartUpload",
  "s3:DeleteObject",
  "s3:GetObject",
  "s3:ListMultipartUploadParts",
  "s3:PutObject",
].join();

/** Policies by the role that has them. */
const policiesOfRoles = (file: AwsConfiguration) =>
  blocksOf(file, "aws_iam_role_policy").map(([address, block]) => ({
    address,
    role: referred(block["role"]),
    statements: statementsOf(block["policy"]),
  }));

/**
 * Actions for which AWS has no resource: a login is to the registry as a whole, a session's channel
 * to SSM as a whole, and what there is is listed as a whole. `UpdateInstanceInformation` has one,
 * the instance, which is made after the role that it needs.
 *
 * @see https://docs.aws.amazon.com/service-authorization/latest/reference/reference_policies_actions-resources-contextkeys.html
 */
const withoutResource =
  /^(ecr:GetAuthorizationToken|ssm:UpdateInstanceInformation|(ssm|ec2)messages:[A-Z]\w+|ec2:Describe(Volumes|Snapshots))$/;

const isWide = ({ Effect, Action, Resource }: Statement): boolean => {
  const actions = listOf(Action);
  const everything = listOf(Resource).some((each) => each === "*");
  return (
    Effect === "Allow" &&
    (actions.some((action) => /\*/.test(action)) ||
      (everything && !actions.every((action) => withoutResource.test(action))))
  );
};

/** Statements over objects and buckets of a role that opens artifacts. */
function artifactViolations(statements: readonly Statement[]): readonly string[] {
  const s3 = statements.filter(({ Action }) => listOf(Action).some((each) => /^s3:/.test(each)));
  return s3
    .filter(({ Action, Resource, Condition }) => {
      const actions = [...listOf(Action)].sort().join();
      const objects = listOf(Resource).every((each) => /^arn:aws:s3:::[^*]+\/\*$/.test(each));
      // Files that an instance fetches are read, and no more.
      if (actions === artifactActions || actions === "s3:GetObject") return !objects;
      // A prefix is the whole bucket's only where the artifacts have the bucket to themselves.
      const prefix = s3
        .flatMap((each) => listOf(each.Resource))
        .find((each) => each.endsWith("/*"));
      const hasPrefix = /^arn:aws:s3:::[^/]+\/.+\/\*$/.test(prefix ?? "");
      const limited = Condition?.["StringLike"]?.["s3:prefix"] !== undefined;
      return actions !== "s3:ListBucket" || hasPrefix !== limited;
    })
    .map(({ Sid }) => Sid);
}

/** A reference without the key of a JSON object behind it. */
const arnOf = (reference: string): string => reference.replace(/:[^:}]*::$/, "");

function roleViolations(file: AwsConfiguration): readonly string[] {
  const policies = policiesOfRoles(file);
  const wide = policies.filter(({ statements }) => statements.some(isWide));
  const tasks = blocksOf(file, "aws_ecs_task_definition").flatMap(([address, block]) => {
    const role = referred(block["task_role_arn"]);
    const execution = referred(block["execution_role_arn"]);
    const own = policies.filter((policy) => policy.role === role && role !== "");
    const others = own.flatMap(({ statements }) =>
      statements.filter(({ Action }) => listOf(Action).some((each) => !each.startsWith("s3:"))),
    );
    return [
      ...(role === execution ? [`${address} is who starts it`] : []),
      ...others.map(({ Sid }) => `${address} ${Sid}`),
      ...own.flatMap(({ statements }) => artifactViolations(statements)),
    ];
  });
  const instances = policies
    .filter(({ role }) => instanceRoles(file).includes(role))
    .flatMap(({ statements }) => artifactViolations(statements));
  const violations = [...tasks, ...instances, ...secretViolations(file)];
  return [...wide.map(({ address }) => address), ...violations];
}

const instanceRoles = (file: AwsConfiguration): readonly string[] =>
  blocksOf(file, "aws_iam_instance_profile").map(([, { role }]) => referred(role));

/** Texts that an instance is told, in which it finds the secrets that it may read. */
const userData = (file: AwsConfiguration): string =>
  blocksOf(file, "aws_instance")
    .map(([, block]) => String(block["user_data"]))
    .join();

/** Secrets that those who start a task may read, and do not hand over; and the other way round. */
function secretViolations(file: AwsConfiguration): readonly string[] {
  const handed = new Set(
    containersOf(file).flatMap(({ container }) =>
      (container.secrets ?? []).map(({ valueFrom }) => arnOf(valueFrom)),
    ),
  );
  const executions = new Set(
    blocksOf(file, "aws_ecs_task_definition").map(([, block]) =>
      referred(block["execution_role_arn"]),
    ),
  );
  return policiesOfRoles(file)
    .filter(({ role, statements }) => {
      const readable = statements
        .filter(({ Action }) => listOf(Action).some((each) => each.startsWith("secretsmanager:")))
        .flatMap(({ Resource }) => listOf(Resource));
      if (executions.has(role)) {
        return [...new Set(readable)].sort().join() !== [...handed].sort().join();
      }
      const told = instanceRoles(file).includes(role) ? userData(file) : "";
      return readable.some((arn) => !told.includes(arn));
    })
    .map(({ address }) => address);
}

/** One server at a time: the old one stops, the database is brought on, the new one starts. */
function deployViolations(file: AwsConfiguration): readonly string[] {
  const graph = graphOf(file);
  const migrations = jobInputs(file).filter(({ verb }) => verb === "migrate");
  const databases = blocksOf(file, "aws_db_instance").map(([address]) => address);
  return blocksOf(file, "aws_ecs_service").flatMap(([address, block]) => {
    const single =
      block["desired_count"] === 1 &&
      block["deployment_minimum_healthy_percent"] === 0 &&
      block["deployment_maximum_percent"] === 100;
    const before = migrations.filter((job) => ancestors(graph, address).has(job.address));
    const snapshot = databases.every((database) =>
      before.some(({ input }) => referred(input["database"]) === database),
    );
    const again = before.every(({ address: job }) => {
      const [, found] = blocksOf(file, "terraform_data").find(([each]) => each === job) ?? [];
      return Object.keys((found?.["triggers_replace"] ?? {}) as Block).length > 0;
    });
    const kept = single && before.length > 0 && snapshot && again;
    return kept ? [] : [address];
  });
}

/** Another release on an instance: what the database is on is saved before. */
function replaceViolations(file: AwsConfiguration): readonly string[] {
  const graph = graphOf(file);
  const databases = blocksOf(file, "aws_db_instance").map(([address]) => address);
  const volumes = blocksOf(file, "aws_ebs_volume").map(([address]) => address);
  const jobs = jobInputs(file).filter(({ verb, address, input }) => {
    const [, block] = blocksOf(file, "terraform_data").find(([each]) => each === address) ?? [];
    const again = (block?.["triggers_replace"] as Block | undefined)?.["version"];
    return verb === "snapshot" && input["version"] !== undefined && again === input["version"];
  });
  return blocksOf(file, "aws_instance").flatMap(([address, block]) => {
    const told = /^\{.*"databasePort":\d+/m.test(String(block["user_data"]));
    // Of the user's, and theirs to save.
    if (told && databases.length === 0) return [];
    const waitsFor = ancestors(graph, address);
    const saved = jobs
      .filter((job) => waitsFor.has(job.address))
      .flatMap(({ input }) => [referred(input["database"]), referred(input["volume"])]);
    const needed = databases.length > 0 ? databases : volumes;
    return needed.every((each) => saved.includes(each)) ? [] : [address];
  });
}

/** An instance: its disks, its way to its role, and who gets in. */
function instanceViolations(file: AwsConfiguration, mayHaveAddress: boolean): readonly string[] {
  const ssh = blocksOf(file, "aws_vpc_security_group_ingress_rule").filter(
    ([, rule]) => rule["from_port"] <= 22 && rule["to_port"] >= 22,
  );
  const instances = blocksOf(file, "aws_instance").filter(([, block]) => {
    const { http_tokens: tokens, http_put_response_hop_limit: hops } =
      block["metadata_options"] ?? {};
    return (
      tokens !== "required" ||
      // One more than for the instance itself: the server in its container is who the role is for.
      ![1, 2].includes(hops as number) ||
      block["root_block_device"]?.encrypted !== true ||
      block["key_name"] !== undefined ||
      (block["associate_public_ip_address"] !== false && !mayHaveAddress)
    );
  });
  const volumes = blocksOf(file, "aws_ebs_volume").filter(
    ([, block]) => block["encrypted"] !== true || block["lifecycle"]?.prevent_destroy !== true,
  );
  return [...ssh, ...instances, ...volumes].map(([address]) => address);
}

export const computeAssertions: readonly AwsAssertion[] = [
  {
    number: 34,
    rule: "a task is no root, writes to nothing but its volumes, and has no door of its own",
    violations: (file) => [
      ...containersOf(file)
        .filter(({ container }) => !isHardened(container))
        .map(({ task }) => task),
      ...blocksOf(file, "aws_ecs_task_definition")
        .filter(([, block]) => !(block["ephemeral_storage"]?.size_in_gib >= 21))
        .map(([address]) => address),
      ...serviceViolations(file),
    ],
  },
  {
    number: 35,
    rule: "a role may do what it is for, to what it names",
    violations: roleViolations,
  },
  {
    number: 36,
    rule: "the old server ends, and the database is saved and brought on, before the new one",
    violations: (file) => [...deployViolations(file), ...replaceViolations(file)],
  },
  {
    // An address of its own is what the user asked for by name, and lets nothing in (32).
    number: 37,
    rule: "an instance's disks are encrypted, its role is behind a token, and nobody gets in by SSH",
    violations: (file, { network }) =>
      instanceViolations(file, network.kind === "made" && network.egress === "public-ip"),
  },
];
