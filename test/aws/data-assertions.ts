import { secretNames } from "../../constructs/mlflow/index.js";
import type { AwsConfiguration } from "../helpers/aws/golden.js";
import { textsOf, type Block } from "../helpers/docker-target.js";
import type { AwsAssertion } from "./assertion.js";
import { blocksOf, containersOf, jobInputs, referred, statementsOf } from "./view.js";

/** Attributes that would be a secret in the state. */
const secretAttribute =
  /\/(password|master_password|master_user_password|secret_string|secret_binary|secret|auth_token|private_key)$/;

/** Arguments that Terraform can only write. */
const writeOnly = /_wo$/;

/** Variables that hold a secret where they are given as they are. */
const secretVariables = [...secretNames, "PGPASSWORD", "AWS_SESSION_TOKEN"];

function passwordViolations(file: AwsConfiguration): readonly string[] {
  const required = String(file.terraform["required_version"] ?? "");
  const ephemeral = /^>= 1\.(1[1-9]|[2-9]\d)/.test(required) ? [] : ["terraform.required_version"];
  const databases = blocksOf(file, "aws_db_instance")
    .filter(([, { manage_master_user_password: managed, password_wo: value, ...rest }]) => {
      return managed !== true && !(value && rest["password_wo_version"]);
    })
    .map(([address]) => address);
  const versions = blocksOf(file, "aws_secretsmanager_secret_version")
    .filter(([, { secret_string_wo: value, secret_string_wo_version: version }]) => {
      return !/\$\{ephemeral\.[^}]+\}/.test(value) || typeof version !== "number";
    })
    .map(([address]) => address);
  return [...ephemeral, ...databases, ...versions];
}

const secretAssertions: readonly AwsAssertion[] = [
  {
    number: 25,
    rule: "no secret is an argument that Terraform keeps, and nothing that it keeps makes one up",
    violations: (file) => {
      const kept = textsOf(file.resource).filter(([path]) => secretAttribute.test(path));
      const made = Object.keys(file.resource).filter((type) => /^(random|tls)_/.test(type));
      const { ephemeral: _, ...rest } = file;
      const read = textsOf(rest).filter(
        ([path, text]) => text.includes("${ephemeral.") && !writeOnly.test(path),
      );
      return [...[...kept, ...read].map(([path]) => path), ...made, ...passwordViolations(file)];
    },
  },
  {
    // Of the checklist's rule for Docker, what AWS has in its place.
    number: 26,
    rule: "no secret is in a container's plain environment, in what a job is told, or read back",
    violations: (file) => {
      const plain = containersOf(file).flatMap(({ task, container }) =>
        container.environment
          .filter(({ name }) => secretVariables.includes(name))
          // A URI without a password is none.
          .filter(({ name, value }) => {
            return name !== "MLFLOW_BACKEND_STORE_URI" || /:\/\/[^/@]*:[^/@]*@/.test(value);
          })
          .map(({ name }) => `${task} ${name}`),
      );
      const told = jobInputs(file).flatMap(({ address, input }) =>
        Object.keys(input)
          .filter((key) => /password|passphrase|secret(?!s?Arn)|token/i.test(key))
          .map((key) => `${address} ${key}`),
      );
      const read = Object.entries(file.data ?? {}).flatMap(([type, blocks]) => {
        if (/^aws_secretsmanager_(secret_version|random_password)/.test(type)) return [type];
        // What AWS publishes for everybody is none.
        const own = Object.values(blocks).some(({ name }) => !/^\/aws\/service\//.test(name));
        return type.startsWith("aws_ssm_parameter") && own ? [type] : [];
      });
      return [...plain, ...told, ...read];
    },
  },
  {
    number: 27,
    rule: "the state is a file that git ignores, or encrypted and locked",
    violations: ({ terraform }) => {
      const { local, s3, ...others } = (terraform["backend"] ?? {}) as Record<string, Block>;
      const kept =
        /(^|\/)[^/]*\.tfstate[^/]*$/.test(local?.["path"] ?? "") ||
        (s3?.["encrypt"] === true && s3["use_lockfile"] === true);
      return kept && Object.keys(others).length === 0 ? [] : ["terraform.backend"];
    },
  },
];

/** Parts of a bucket by their type: what they must say. */
const bucketParts: Readonly<Record<string, (block: Block) => boolean>> = {
  aws_s3_bucket_public_access_block: (block) =>
    ["block_public_acls", "block_public_policy", "ignore_public_acls", "restrict_public_buckets"]
      .map((name) => block[name] as unknown)
      .every((value) => value === true),
  aws_s3_bucket_ownership_controls: ({ rule }) => rule.object_ownership === "BucketOwnerEnforced",
  aws_s3_bucket_server_side_encryption_configuration: ({ rule }) =>
    ["AES256", "aws:kms"].includes(
      rule[0]?.apply_server_side_encryption_by_default?.sse_algorithm as string,
    ),
  aws_s3_bucket_versioning: (block) => block["versioning_configuration"].status === "Enabled",
  aws_s3_bucket_policy: (block) =>
    statementsOf(block["policy"]).some(
      ({ Effect, Principal, Action, Condition }) =>
        Effect === "Deny" &&
        Principal === "*" &&
        Action === "s3:*" &&
        Condition?.["Bool"]?.["aws:SecureTransport"] === "false",
    ),
  aws_s3_bucket_lifecycle_configuration: ({ rule }) =>
    (rule as Block[]).some(({ status, abort_incomplete_multipart_upload: abort }) => {
      const days = abort?.[0]?.days_after_initiation as number | undefined;
      return status === "Enabled" && days !== undefined && days <= 7;
    }),
};

/** Settings of a database that holds what nobody can make again. */
const keepsData = (block: Block): boolean =>
  block["storage_encrypted"] === true &&
  block["publicly_accessible"] === false &&
  block["deletion_protection"] === true &&
  block["skip_final_snapshot"] === false &&
  String(block["final_snapshot_identifier"] ?? "") !== "" &&
  block["backup_retention_period"] >= 7 &&
  block["copy_tags_to_snapshot"] === true &&
  block["auto_minor_version_upgrade"] !== undefined &&
  block["apply_immediately"] === false &&
  block["lifecycle"]?.prevent_destroy === true;

const storeAssertions: readonly AwsAssertion[] = [
  {
    number: 28,
    rule: "a bucket is private, encrypted, versioned, by TLS alone, and is not destroyed",
    violations: (file) =>
      blocksOf(file, "aws_s3_bucket").flatMap(([address, block]) => {
        const kept = block["force_destroy"] === false && block["lifecycle"]?.prevent_destroy;
        const parts = Object.entries(bucketParts).flatMap(([type, holds]) => {
          const own = blocksOf(file, type).filter(
            ([, part]) => referred(part["bucket"]) === address,
          );
          return own.some(([, part]) => holds(part)) ? [] : [`${address} ${type}`];
        });
        return [...(kept ? [] : [address]), ...parts];
      }),
  },
  {
    number: 29,
    rule: "a database is encrypted, private, backed up, by TLS alone, and is not destroyed",
    violations: (file) => {
      const databases = blocksOf(file, "aws_db_instance").filter(([, block]) => {
        const group = blocksOf(file, "aws_db_parameter_group").find(
          ([address]) => address === referred(block["parameter_group_name"]),
        );
        const forced = ((group?.[1]["parameter"] ?? []) as Block[]).some(
          ({ name, value }) => name === "rds.force_ssl" && value === "1",
        );
        return !forced || !keepsData(block);
      });
      return databases.map(([address]) => address);
    },
  },
  {
    number: 30,
    rule: "a database lets in one security group, on its port",
    violations: (file) => {
      const groups = blocksOf(file, "aws_db_instance").flatMap(([, block]) =>
        (block["vpc_security_group_ids"] as unknown[]).map(referred),
      );
      const rules = blocksOf(file, "aws_vpc_security_group_ingress_rule").filter(([, rule]) =>
        groups.includes(referred(rule["security_group_id"])),
      );
      const wide = rules.filter(([, rule]) => {
        const peer = referred(rule["referenced_security_group_id"]);
        const cidr = rule["cidr_ipv4"] ?? rule["cidr_ipv6"] ?? rule["prefix_list_id"];
        const port = rule["from_port"] === 5432 && rule["to_port"] === 5432;
        return peer === "" || cidr !== undefined || !port || rule["ip_protocol"] !== "tcp";
      });
      const peers = new Set(
        rules.map(([, rule]) => rule["referenced_security_group_id"] as string),
      );
      const several = peers.size > 1 ? ["more than one group"] : [];
      return [...wide.map(([address]) => address), ...several];
    },
  },
  {
    // libpq reads mode and certificates from the environment, where no URI has to be put together
    // with them. What the URI of a database of the user's says is in its secret.
    number: 31,
    rule: "the database is asked for its certificate, and S3 is reached by TLS",
    violations: (file) =>
      containersOf(file).flatMap(({ task, container }) => {
        const variables = Object.fromEntries(
          container.environment.map(({ name, value }) => [name, value]),
        );
        const uri = variables["MLFLOW_BACKEND_STORE_URI"] ?? "";
        const checked =
          variables["PGSSLMODE"] === "verify-full" &&
          (variables["PGSSLROOTCERT"] ?? "").startsWith("/") &&
          !/sslmode=/.test(uri);
        const plainS3 = Object.values(variables).some((value) =>
          /^http:.*(s3|amazonaws)/.test(value),
        );
        return [
          ...(uri === "" || checked ? [] : [`${task} database`]),
          ...(plainS3 ? [`${task} S3`] : []),
        ];
      }),
  },
];

export const dataAssertions: readonly AwsAssertion[] = [...secretAssertions, ...storeAssertions];
