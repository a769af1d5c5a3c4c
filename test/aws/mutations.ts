import { hostMutations, releaseMutations } from "./host-mutations.js";
import {
  change,
  container,
  input,
  only,
  remove,
  set,
  state,
  statements,
  variable,
  type AwsMutation,
} from "./mutation.js";

const domain = "managed-domain-nat-x86";

const version = "aws_secretsmanager_secret_version";

const secretMutations: readonly AwsMutation[] = [
  set(25, "aws_db_instance", "password", "x"),
  set(25, "aws_db_instance", "manage_master_user_password", undefined),
  set(25, version, "secret_string", "x"),
  set(25, version, "secret_string_wo", "x"),
  set(25, version, "secret_string_wo_version", undefined),
  change(25, "an older Terraform may read it", ({ terraform }) => {
    terraform["required_version"] = ">= 1.10.0";
  }),
  change(25, "Terraform generates a secret", ({ resource }) => {
    resource["random_password"] = { one: { length: 32 } };
  }),
  change(25, "a tag tells a secret", (file) => {
    const value =
      "${ephemeral.aws_secretsmanager_random_password.MLFLOW_DB_PASSWORD.random_password}";
    only(file, "aws_vpc")["tags"] = { Name: value };
  }),
  variable(26, "MLFLOW_FLASK_SERVER_SECRET_KEY", "x"),
  variable(26, "PGPASSWORD", "x"),
  variable(26, "AWS_SECRET_ACCESS_KEY", "x"),
  variable(26, "MLFLOW_BACKEND_STORE_URI", "postgresql+psycopg2://mlflow:x@db:5432/mlflow"),
  input(26, "migrate", "a job is told a password", (told) => (told["password"] = "x")),
  change(26, "a secret is read back", (file) => {
    file.data["aws_secretsmanager_secret_version"] = { one: { secret_id: "x" } };
  }),
  state({ local: { path: "state.json" } }),
  state({ s3: { bucket: "x", encrypt: true } }),
  state({ s3: { bucket: "x", use_lockfile: true } }),
  state({ http: { address: "http://x" } }),
  state({}),
];

const bucket = "aws_s3_bucket";

const bucketMutations: readonly AwsMutation[] = [
  set(28, bucket, "force_destroy", true),
  set(28, bucket, "lifecycle", undefined),
  ...[
    "block_public_acls",
    "block_public_policy",
    "ignore_public_acls",
    "restrict_public_buckets",
  ].map((name) => set(28, `${bucket}_public_access_block`, name, false)),
  remove(28, `${bucket}_public_access_block`),
  set(28, `${bucket}_ownership_controls`, "rule.object_ownership", "ObjectWriter"),
  remove(28, `${bucket}_server_side_encryption_configuration`),
  set(28, `${bucket}_versioning`, "versioning_configuration.status", "Suspended"),
  statements(28, "plain HTTP is let in", `${bucket}_policy`, "", (list) => list.shift()),
  set(
    28,
    `${bucket}_lifecycle_configuration`,
    "rule.0.abort_incomplete_multipart_upload.0.days_after_initiation",
    8,
  ),
  set(28, `${bucket}_lifecycle_configuration`, "rule.0.status", "Disabled"),
];

const database = "aws_db_instance";
const ingress = "aws_vpc_security_group_ingress_rule";
const toDatabase = "backend-store_group_from";

const databaseMutations: readonly AwsMutation[] = [
  set(29, database, "storage_encrypted", false),
  set(29, database, "publicly_accessible", true),
  set(29, database, "deletion_protection", false),
  set(29, database, "skip_final_snapshot", true),
  set(29, database, "final_snapshot_identifier", undefined),
  set(29, database, "backup_retention_period", 6),
  set(29, database, "copy_tags_to_snapshot", false),
  set(29, database, "auto_minor_version_upgrade", undefined),
  set(29, database, "apply_immediately", true),
  set(29, database, "lifecycle", undefined),
  set(29, "aws_db_parameter_group", "parameter.0.value", "0"),
  set(29, database, "parameter_group_name", "default.postgres18"),
  change(30, "the VPC reaches the database", (file) => {
    const rule = only(file, ingress, toDatabase);
    delete rule["referenced_security_group_id"];
    rule["cidr_ipv4"] = "10.73.0.0/20";
  }),
  change(30, "another port is open", (file) => (only(file, ingress, toDatabase)["to_port"] = 5433)),
  change(30, "the load balancer reaches the database", (file) => {
    const rule = structuredClone(only(file, ingress, toDatabase));
    const balancer = Object.keys(file.resource["aws_security_group"] ?? {}).find((name) =>
      name.includes("load-balancer"),
    );
    rule["referenced_security_group_id"] = `\${aws_security_group.${balancer}.id}`;
    (file.resource[ingress] ?? {})["another"] = rule;
  }),
  variable(31, "PGSSLMODE", "require"),
  variable(31, "PGSSLROOTCERT", ""),
  variable(
    31,
    "MLFLOW_BACKEND_STORE_URI",
    "postgresql+psycopg2://mlflow@db/mlflow?sslmode=disable",
  ),
  variable(31, "MLFLOW_S3_ENDPOINT_URL", "http://s3.eu-central-1.amazonaws.com"),
];

const networkMutations: readonly AwsMutation[] = [
  ...["cidr_ipv4", "cidr_ipv6"].map((key) =>
    change(32, `${key} of a load balancer inside is everybody`, (file) => {
      const rule = only(file, ingress, "load-balancer_group_from-80");
      delete rule["cidr_ipv4"];
      rule[key] = key === "cidr_ipv4" ? "0.0.0.0/0" : "::/0";
    }),
  ),
  change(
    32,
    "everybody reaches port 80 of a public load balancer",
    (file) => {
      const rule = only(file, ingress, "load-balancer_group_from-443");
      Object.assign(rule, { from_port: 80, to_port: 80 });
    },
    domain,
  ),
  change(
    32,
    "everybody reaches the server",
    (file) => {
      const rule = only(file, ingress, "group_from-load-balancer");
      delete rule["referenced_security_group_id"];
      rule["cidr_ipv4"] = "0.0.0.0/0";
    },
    domain,
  ),
  change(32, "a group has rules of its own", (file) => {
    only(file, "aws_security_group")["ingress"] = [{ cidr_blocks: ["0.0.0.0/0"] }];
  }),
  change(32, "there is a rule of the old kind", ({ resource }) => {
    resource["aws_security_group_rule"] = { one: { type: "ingress" } };
  }),
  set(33, "aws_lb", "drop_invalid_header_fields", false),
  set(33, "aws_lb", "enable_deletion_protection", false),
  set(33, "aws_lb", "idle_timeout", 60),
  change(33, "plain HTTP is the internet's", (file) => (only(file, "aws_lb")["internal"] = false)),
  change(
    33,
    "TLS is an old one",
    (file) => {
      only(file, "aws_lb_listener", "_https_")["ssl_policy"] = "ELBSecurityPolicy-2016-08";
    },
    domain,
  ),
  change(
    33,
    "there is no HTTPS",
    (file) => {
      const listeners = file.resource["aws_lb_listener"] ?? {};
      for (const name of Object.keys(listeners)) {
        if (name.includes("_https_")) delete listeners[name];
      }
      const service = only(file, "aws_ecs_service");
      service["depends_on"] = (service["depends_on"] as string[]).filter(
        (each) => !each.includes("_https_"),
      );
    },
    domain,
  ),
  change(
    33,
    "plain HTTP is sent on",
    (file) => {
      const { default_action: action } = only(file, "aws_lb_listener", "_https_");
      only(file, "aws_lb_listener", "_http_")["default_action"] = action;
    },
    domain,
  ),
  set(38, "aws_cloudwatch_log_group", "retention_in_days", undefined),
  set(38, "aws_cloudwatch_log_group", "kms_key_id", undefined),
  container(38, "a container logs elsewhere", ({ logConfiguration }) => {
    logConfiguration.options["awslogs-group"] = "/elsewhere";
  }),
  change(38, "RDS makes a log group of its own", (file) => {
    only(file, database)["enabled_cloudwatch_logs_exports"].push("iam-db-auth-error");
  }),
  change(38, "the way to S3 has no policy", (file) => {
    delete only(file, "aws_vpc_endpoint", "_s3_")["policy"];
  }),
  change(38, "there is no way to S3", (file) => {
    only(file, "aws_vpc_endpoint", "_s3_")["vpc_endpoint_type"] = "Interface";
  }),
  ...["managed", "host", "host-domain-rds"].map((name) =>
    change(
      38,
      `the subnet of a server in ${name} has no way to S3`,
      (file) => only(file, "aws_vpc_endpoint", "_s3_")["route_table_ids"].pop(),
      name,
    ),
  ),
  statements(38, "the way to S3 leads everywhere", "aws_vpc_endpoint", "_s3_", ([first]) => {
    Object.assign(first ?? {}, { Resource: "*" });
  }),
  statements(38, "AWS's layers may be written", "aws_vpc_endpoint", "_s3_", ([, second]) => {
    Object.assign(second ?? {}, { Action: "s3:*" });
  }),
];

const task = "aws_ecs_task_definition";
const policy = "aws_iam_role_policy";

const computeMutations: readonly AwsMutation[] = [
  container(34, "the root is written to", (each) => (each["readonlyRootFilesystem"] = false)),
  container(34, "a container is root", (each) => (each["user"] = "0:0")),
  container(34, "a container has no user", (each) => (each["user"] = "")),
  container(34, "a container is privileged", (each) => (each["privileged"] = true)),
  container(34, "a container keeps capabilities", (each) => delete each["linuxParameters"]),
  change(34, "a secret comes from somewhere else", (file) => {
    const [name] = Object.keys(file.resource["aws_secretsmanager_secret"] ?? {});
    const arn = `\${aws_secretsmanager_secret.${name}.arn}`;
    const elsewhere = "arn:aws:ssm:eu-central-1:123456789012:parameter/x";
    Object.assign(file, JSON.parse(JSON.stringify(file).replaceAll(arn, elsewhere)));
  }),
  change(34, "a task has less disk than it is given", (file) => {
    delete only(file, task)["ephemeral_storage"];
  }),
  set(34, "aws_ecs_service", "network_configuration.assign_public_ip", true),
  set(34, "aws_ecs_service", "enable_execute_command", true),
  set(34, "aws_ecs_service", "deployment_circuit_breaker.rollback", false),
  set(34, "aws_ecs_service", "deployment_circuit_breaker", undefined),
  change(35, "the server is who starts it", (file) => {
    const server = only(file, task, "tracking-server");
    server["task_role_arn"] = server["execution_role_arn"] as unknown;
  }),
  statements(35, "the server may do everything to objects", policy, "task-policy", ([first]) => {
    Object.assign(first ?? {}, { Action: "s3:*" });
  }),
  statements(35, "the server opens every bucket", policy, "task-policy", ([first]) => {
    Object.assign(first ?? {}, { Resource: "*" });
  }),
  statements(35, "the server changes objects' owners", policy, "task-policy", ([first]) => {
    first?.["Action"].push("s3:PutObjectAcl");
  }),
  statements(35, "the server reads secrets", policy, "task-policy", (list) => {
    list.push({
      Sid: "Secrets",
      Effect: "Allow",
      Action: "secretsmanager:GetSecretValue",
      Resource: "arn:aws:secretsmanager:eu-central-1:123456789012:secret:x",
    });
  }),
  statements(
    35,
    "the server lists beside its prefix",
    policy,
    "task-policy",
    ([, second]) => delete second?.["Condition"],
    domain,
  ),
  ...["Image", "Logs", "Secrets", "Decrypt"].map((sid) =>
    statements(35, `${sid} is for every resource`, policy, "execution-policy", (list) => {
      const found = list.find(({ Sid }) => Sid === sid);
      Object.assign(found ?? {}, { Resource: "*" });
    }),
  ),
  statements(35, "one more secret is read", policy, "execution-policy", (list) => {
    const found = list.find(({ Sid }) => Sid === "Secrets");
    found?.["Resource"].push("arn:aws:secretsmanager:eu-central-1:123456789012:secret:x");
  }),
  statements(35, "a secret can't be read", policy, "execution-policy", (list) => {
    list.find(({ Sid }) => Sid === "Secrets")?.["Resource"].pop();
  }),
  set(36, "aws_ecs_service", "deployment_minimum_healthy_percent", 100),
  set(36, "aws_ecs_service", "deployment_maximum_percent", 200),
  set(36, "aws_ecs_service", "desired_count", 2),
  change(36, "the migration is not waited for", (file) => {
    const service = only(file, "aws_ecs_service");
    service["depends_on"] = (service["depends_on"] as string[]).filter(
      (each) => !each.includes("db-upgrade"),
    );
  }),
  change(36, "the migration does not run again", (file) => {
    delete only(file, "terraform_data", "db-upgrade_run")["triggers_replace"];
  }),
  input(36, "migrate", "there is no snapshot", (told) => delete told["database"]),
];

export const mutations: readonly AwsMutation[] = [
  ...secretMutations,
  ...bucketMutations,
  ...databaseMutations,
  ...networkMutations,
  ...computeMutations,
  ...hostMutations,
  ...releaseMutations,
];
