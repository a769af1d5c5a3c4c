import { change, input, only, set, statements, type AwsMutation } from "./mutation.js";

const ingress = "aws_vpc_security_group_ingress_rule";
const policy = "aws_iam_role_policy";
const instance = "aws_instance";
const host = "host";

export const hostMutations: readonly AwsMutation[] = [
  set(37, instance, "metadata_options.http_tokens", "optional", host),
  set(37, instance, "metadata_options.http_put_response_hop_limit", 3, host),
  set(37, instance, "metadata_options", undefined, host),
  set(37, instance, "root_block_device.encrypted", false, host),
  set(37, instance, "associate_public_ip_address", true, host),
  set(37, instance, "key_name", "mine", host),
  set(37, "aws_ebs_volume", "encrypted", false, host),
  set(37, "aws_ebs_volume", "lifecycle", undefined, host),
  change(
    37,
    "somebody gets in by SSH",
    ({ resource }) => {
      const [group] = Object.keys(resource["aws_security_group"] ?? {});
      (resource[ingress] ??= {})["ssh"] = {
        security_group_id: `\${aws_security_group.${group}.id}`,
        cidr_ipv4: "10.0.0.0/8",
        from_port: 22,
        to_port: 22,
        ip_protocol: "tcp",
      };
    },
    host,
  ),
  statements(
    35,
    "an instance writes its own files",
    policy,
    "host_role_policy",
    (list) => {
      Object.assign(list.find(({ Sid }) => Sid === "Files") ?? {}, { Action: "s3:PutObject" });
    },
    host,
  ),
  statements(
    35,
    "an instance reads a secret that it is not told of",
    policy,
    "host_role_policy",
    (list) => {
      list.push({
        Sid: "Another",
        Effect: "Allow",
        Action: "secretsmanager:GetSecretValue",
        Resource: "arn:aws:secretsmanager:eu-central-1:123456789012:secret:x",
      });
    },
    host,
  ),
];

export const releaseMutations: readonly AwsMutation[] = [
  input(36, "snapshot", "the volume is not saved", (told) => delete told["volume"], host),
  input(
    36,
    "snapshot",
    "RDS of an instance is not saved",
    (told) => delete told["database"],
    "host-domain-rds",
  ),
  change(
    36,
    "an instance does not wait for the snapshot",
    (file) => {
      const server = only(file, instance);
      server["depends_on"] = (server["depends_on"] as string[]).filter(
        (each) => !each.includes("release-snapshot"),
      );
    },
    host,
  ),
  change(
    36,
    "the next release is without a snapshot",
    (file) => {
      only(file, "terraform_data", "release-snapshot_run")["triggers_replace"] = { version: "1" };
    },
    host,
  ),
];
