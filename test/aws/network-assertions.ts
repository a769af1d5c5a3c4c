import type { AwsConfiguration } from "../helpers/aws/golden.js";
import type { Block } from "../helpers/docker-target.js";
import type { AwsAssertion } from "./assertion.js";
import { blocksOf, containersOf, listOf, referred, statementsOf } from "./view.js";

/** Seconds that an upload may take without a byte to the client: S3 answers at its end. */
const uploadSeconds = 600;

const newTls = /^ELBSecurityPolicy-TLS13-1-[23]-/;

const isEverybody = (rule: Block): boolean =>
  rule["cidr_ipv4"] === "0.0.0.0/0" || rule["cidr_ipv6"] === "::/0";

function openToAll(file: AwsConfiguration): readonly string[] {
  const isPublic = blocksOf(file, "aws_lb").some(([, { internal }]) => internal === false);
  const doors = blocksOf(file, "aws_lb").flatMap(([, block]) =>
    (block["security_groups"] as unknown[]).map(referred),
  );
  const rules = blocksOf(file, "aws_vpc_security_group_ingress_rule").filter(([, rule]) => {
    const door = doors.includes(referred(rule["security_group_id"]));
    const https = rule["from_port"] === 443 && rule["to_port"] === 443;
    return isEverybody(rule) && !(isPublic && door && https);
  });
  // Rules of the other kind, which the one above does not see.
  const inline = ["aws_security_group", "aws_default_security_group"].flatMap((type) =>
    blocksOf(file, type).filter(([, block]) => block["ingress"] !== undefined),
  );
  const old = blocksOf(file, "aws_security_group_rule");
  return [...rules, ...inline, ...old].map(([address]) => address);
}

/**
 * Without a domain there is no certificate. Plain HTTP is then the load balancer's, inside the VPC
 * alone: it is internal, and lets in the VPC's own range unless the user names others.
 */
function listenerViolations(
  file: AwsConfiguration,
  balancer: string,
  block: Block,
  domain: boolean,
) {
  const own = blocksOf(file, "aws_lb_listener").filter(
    ([, listener]) => referred(listener["load_balancer_arn"]) === balancer,
  );
  const action = (listener: Block): Block => listener["default_action"][0] as Block;
  const https = own.filter(([, { protocol }]) => protocol === "HTTPS");
  const old = https.filter(
    ([, { port, ssl_policy: policy }]) => port !== 443 || !newTls.test(policy),
  );
  const plain = own
    .filter(([, { protocol }]) => protocol !== "HTTPS")
    .filter(([, listener]) => {
      const { port, protocol, status_code: status } = action(listener)["redirect"] ?? {};
      const moved = port === "443" && protocol === "HTTPS" && status === "HTTP_301";
      return domain ? !moved : block["internal"] !== true;
    });
  const none = domain && https.length === 0 ? [`${balancer} has no HTTPS`] : [];
  return [...none, ...[...old, ...plain].map(([address]) => address)];
}

/** Subnets of what reads and writes artifacts: instances, and the tasks of services. */
const subnetsInUse = (file: AwsConfiguration): readonly string[] => [
  ...blocksOf(file, "aws_instance").map(([, block]) => referred(block["subnet_id"])),
  ...blocksOf(file, "aws_ecs_service").flatMap(([, block]) =>
    (block["network_configuration"].subnets as unknown[]).map(referred),
  ),
];

/** The VPC's own way to S3: that whoever needs it has it, and what its policy lets through. */
function endpointViolations(file: AwsConfiguration, vpc: string): readonly string[] {
  const gateway = blocksOf(file, "aws_vpc_endpoint").find(
    ([, block]) =>
      referred(block["vpc_id"]) === vpc &&
      block["vpc_endpoint_type"] === "Gateway" &&
      String(block["service_name"]).endsWith(".s3"),
  );
  if (!gateway) return [`${vpc} has no way to S3`];
  const [address, block] = gateway;
  const lost = subnetsInUse(file).filter((subnet) => {
    const tables = blocksOf(file, "aws_route_table_association")
      .filter(([, each]) => referred(each["subnet_id"]) === subnet)
      .map(([, each]) => referred(each["route_table_id"]));
    const own = (block["route_table_ids"] as unknown[]).map(referred);
    return !tables.some((table) => own.includes(table));
  });
  if (lost.length > 0) return lost.map((subnet) => `${subnet} has no way to S3`);
  if (block["policy"] === undefined) return [address];
  const wide = statementsOf(block["policy"]).filter(({ Effect, Action, Resource }) => {
    const resources = listOf(Resource);
    const named = resources.every((each) => /^arn:aws:s3:::[^*?]+(\/\*)?$/.test(each));
    // Buckets of AWS's own are read, and not written to.
    const others = resources.some((each) => /starport-layer-bucket/.test(each));
    return Effect === "Allow" && (!named || (others && listOf(Action).join() !== "s3:GetObject"));
  });
  return wide.map(() => address);
}

export const networkAssertions: readonly AwsAssertion[] = [
  {
    number: 32,
    rule: "nothing is open to everybody but a public load balancer's 443",
    violations: (file) => openToAll(file),
  },
  {
    number: 33,
    rule: "a load balancer speaks new TLS, redirects the rest, is protected, and waits for uploads",
    violations: (file, { domain }) =>
      blocksOf(file, "aws_lb").flatMap(([address, block]) => {
        const held =
          block["drop_invalid_header_fields"] === true &&
          block["enable_deletion_protection"] === true &&
          block["idle_timeout"] >= uploadSeconds;
        const listeners = listenerViolations(file, address, block, domain !== undefined);
        return [...(held ? [] : [address]), ...listeners];
      }),
  },
  {
    number: 38,
    rule: "logs are encrypted and end, and who needs S3 has the VPC's own way to it, to named buckets",
    violations: (file) => {
      const groups = blocksOf(file, "aws_cloudwatch_log_group");
      const loose = groups.filter(
        ([, block]) => !(block["retention_in_days"] > 0) || !block["kms_key_id"],
      );
      const names = groups.map(([, { name }]) => name as unknown);
      const lost = containersOf(file).filter(
        ({ container }) => !names.includes(container.logConfiguration.options["awslogs-group"]),
      );
      const exported = blocksOf(file, "aws_db_instance").flatMap(([address, block]) =>
        (block["enabled_cloudwatch_logs_exports"] as string[])
          .filter((log) => !names.includes(`/aws/rds/instance/${block["identifier"]}/${log}`))
          .map((log) => `${address} ${log}`),
      );
      const ways = blocksOf(file, "aws_vpc").flatMap(([vpc]) => endpointViolations(file, vpc));
      return [
        ...loose.map(([address]) => address),
        ...lost.map(({ task }) => task),
        ...exported,
        ...ways,
      ];
    },
  },
];
