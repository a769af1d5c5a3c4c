import { execaSync } from "execa";
import { describe, expect, test } from "vitest";
import type { AwsTargetProps } from "../../constructs/aws/index.js";
import type { MlflowDeploymentProps } from "../../constructs/mlflow/index.js";
import { awsProps, givenNetwork, hostTarget, uriSecretArn } from "../helpers/aws/cases.js";
import { synthAwsProps, type AwsConfiguration } from "../helpers/aws/golden.js";

const domain = { domain: "mlflow.example.com", hostedZone: "example.com" } as const;

const synth = (
  target: Partial<AwsTargetProps> = {},
  props: Partial<MlflowDeploymentProps> = {},
): AwsConfiguration => synthAwsProps(awsProps(props), hostTarget(target));

type Block = Readonly<Record<string, unknown>>;

const all = ({ resource }: AwsConfiguration, type: string): readonly Block[] =>
  Object.values(resource[type] ?? {});

function only(file: AwsConfiguration, type: string): Block {
  const [first, ...others] = all(file, type);
  if (!first || others.length > 0) throw new Error(`not one ${type}`);
  return first;
}

interface Statement {
  readonly Sid: string;
  readonly Action: string | readonly string[];
  readonly Resource: string | readonly string[];
}

function statementsOf(file: AwsConfiguration, name: string): readonly Statement[] {
  const found = all(file, "aws_iam_role_policy").find((policy) => policy["name"] === name);
  return (JSON.parse(String(found?.["policy"])) as { Statement: Statement[] }).Statement;
}

const settingsOf = (file: AwsConfiguration): Record<string, unknown> => {
  const text = String(only(file, "aws_instance")["user_data"]);
  return JSON.parse(text.split("\n").find((line) => line.startsWith("{")) ?? "") as Record<
    string,
    unknown
  >;
};

describe("the instance", () => {
  const file = synth();
  const instance = only(file, "aws_instance");

  test("is reached by nobody, and gives its role to its containers by tokens alone", () => {
    expect(instance["metadata_options"]).toMatchObject({
      http_tokens: "required",
      http_put_response_hop_limit: 2,
    });
    expect(instance["associate_public_ip_address"]).toBe(false);
    expect(instance).not.toHaveProperty("key_name");
    expect(instance["root_block_device"]).toMatchObject({ encrypted: true });
    expect(all(file, "aws_vpc_security_group_ingress_rule")).toStrictEqual([]);
    const ports = all(file, "aws_vpc_security_group_egress_rule").map((rule) => rule["to_port"]);
    expect(ports.sort()).toStrictEqual([443, 443, 80]);
  });

  test("has user data that AWS takes and bash understands", () => {
    const text = String(instance["user_data"]);
    expect(text.length).toBeLessThan(16 * 1024 - 1024);
    const evaluated = text.replaceAll("$${", "${");
    expect(execaSync("bash", ["-n"], { input: evaluated }).exitCode).toBe(0);
    expect(instance["user_data_replace_on_change"]).toBe(true);
  });

  test("is in a private subnet, or with an address of its own in a public one", () => {
    expect(instance["subnet_id"]).toMatch(/private-1/);
    const open = only(synth({ egress: "public-ip" }), "aws_instance");
    expect(open["subnet_id"]).toMatch(/public-1/);
    expect(open["associate_public_ip_address"]).toBe(true);
    const given = synth(givenNetwork);
    expect(only(given, "aws_instance")["subnet_id"]).toBe(givenNetwork.privateSubnetIds[0]);
    expect(only(given, "aws_ebs_volume")["availability_zone"]).toMatch(/^\$\{data\.aws_subnet\./);
  });

  test("is replaced when a file is another or the volume is larger, and only then", () => {
    const userData = (each: AwsConfiguration) => only(each, "aws_instance")["user_data"];
    expect(userData(synth())).toBe(userData(file));
    expect(userData(synth({ backupDays: 14, instanceType: "t4g.large" }))).toBe(userData(file));
    // Its file system is made larger at boot alone.
    expect(userData(synth({ dataVolumeGiB: 50 }))).not.toBe(userData(file));
    const { hash } = settingsOf(file);
    expect(settingsOf(synth({ dataVolumeGiB: 50 }))["hash"]).toBe(hash);
    const other = synth({}, { trackingServer: { publicUrls: ["https://other.example.com"] } });
    expect(settingsOf(other)["hash"]).not.toBe(hash);
    const keys = all(file, "aws_s3_object").map((object) => String(object["key"]));
    expect(keys.filter((key) => !key.startsWith(`${String(hash)}/`))).toStrictEqual([]);
    expect(keys.map((key) => key.slice(65)).sort()).toStrictEqual(settingsOf(file)["paths"]);
  });
});

describe("the data volume", () => {
  test("is encrypted, kept and copied every day", () => {
    const file = synth({ backupDays: 14, dataVolumeGiB: 40 });
    expect(only(file, "aws_ebs_volume")).toMatchObject({
      encrypted: true,
      final_snapshot: true,
      size: 40,
      type: "gp3",
      lifecycle: { prevent_destroy: true },
    });
    expect(only(file, "aws_volume_attachment")).toMatchObject({
      stop_instance_before_detaching: true,
    });
    const { policy_details } = only(file, "aws_dlm_lifecycle_policy");
    expect(policy_details).toMatchObject({ schedule: [{ retain_rule: { count: 14 } }] });
    const unprotected = only(synth({ protect: false }), "aws_ebs_volume");
    expect(unprotected["lifecycle"]).toMatchObject({ prevent_destroy: false });
  });
});

describe("the role", () => {
  test("reads its files, opens its artifacts and writes one secret", () => {
    const file = synth();
    const statements = statementsOf(file, "instance");
    expect(statements.map(({ Sid }) => Sid)).toStrictEqual([
      "Artifacts",
      "ListArtifacts",
      "Files",
      "WriteSecret",
      "Encryption",
      "Sessions",
    ]);
    const actions = statements.flatMap(({ Action }) => Action);
    expect(actions).not.toContain("secretsmanager:GetSecretValue");
    expect(actions.filter((action) => action.includes("*"))).toStrictEqual([]);
    expect(actions.filter((action) => action.startsWith("ssm:"))).toStrictEqual([
      "ssm:UpdateInstanceInformation",
    ]);
    const everywhere = statements.filter(({ Resource }) => Resource === "*");
    expect(everywhere.map(({ Sid }) => Sid)).toStrictEqual(["Sessions"]);
  });

  test("reads what is in Secrets Manager already, and writes no password of the user's", () => {
    const arn = uriSecretArn.replace("database-uri", "admin");
    const file = synth(
      { secretArns: { MLFLOW_BACKEND_STORE_URI: uriSecretArn, MLFLOW_AUTH_ADMIN_PASSWORD: arn } },
      { backendStore: { kind: "external", driver: "mysql+pymysql" } },
    );
    const statements = statementsOf(file, "instance");
    const read = statements.find(({ Sid }) => Sid === "ReadSecrets");
    expect(read?.Resource).toStrictEqual([uriSecretArn, arn]);
    expect(statements.some(({ Sid }) => Sid === "WriteSecret")).toBe(false);
    const decrypt = statements.find(({ Sid }) => Sid === "DecryptGiven");
    expect(decrypt).toMatchObject({
      Condition: { StringEquals: { "kms:EncryptionContext:SecretARN": [uriSecretArn, arn] } },
    });
    expect(settingsOf(file)).toMatchObject({ databasePort: 3306 });
    const ports = all(file, "aws_vpc_security_group_egress_rule").map((rule) => rule["to_port"]);
    expect(ports).toContain(3306);
  });
});

describe("RDS", () => {
  test("has a password that is made once, and a URI that only the instance reads", () => {
    const file = synth({ hostDatabase: "rds" });
    const database = only(file, "aws_db_instance");
    expect(database).toMatchObject({ db_name: "mlflow", password_wo_version: 1 });
    // Known once there is a version to be read: a run that was cut off before can be planned again.
    const [read = {}] = Object.values(file.ephemeral?.["aws_secretsmanager_secret_version"] ?? {});
    expect(read["secret_id"]).toMatch(/^\$\{aws_secretsmanager_secret_version\.[\w-]+\.arn\}$/);
    const kept = "${ephemeral.aws_secretsmanager_secret_version.POSTGRES_PASSWORD.secret_string}";
    expect(database["password_wo"]).toBe(kept);
    const values = all(file, "aws_secretsmanager_secret_version");
    const uri = values
      .map((value) => String(value["secret_string_wo"]))
      .find((text) => /:\/\//.test(text));
    expect(uri).toContain(`postgresql+psycopg2://postgres:${kept}@`);
    expect(uri).toMatch(
      /:5432\/mlflow\?sslmode=verify-full&sslrootcert=\/opt\/mlflow-stacks\/rds-ca\.pem$/,
    );
    const secrets = statementsOf(file, "instance").find(({ Sid }) => Sid === "ReadSecrets");
    expect(secrets?.Resource).toHaveLength(1);
    expect(String(secrets?.Resource)).toMatch(/database_uri/);
    expect(settingsOf(file)).toMatchObject({ databasePort: 5432 });
  });
});

describe("a domain", () => {
  test("has the load balancer in front, which alone gets in", () => {
    const file = synth({ ...domain, public: true });
    const { port } = only(file, "aws_lb_target_group_attachment");
    expect(port).toBe(5000);
    expect(only(file, "aws_lb_target_group")).toMatchObject({ target_type: "instance" });
    const rules = all(file, "aws_vpc_security_group_ingress_rule");
    const instance = rules.filter((rule) => rule["to_port"] === 5000);
    expect(instance).toHaveLength(1);
    expect(instance[0]).toHaveProperty("referenced_security_group_id");
    expect(instance[0]).not.toHaveProperty("cidr_ipv4");
  });

  test("is the URL; without one it is a port of the user's own machine", () => {
    const url = ({ output }: { output?: unknown }) =>
      (output as Record<string, { value: string }>)["tracking_uri"]?.value;
    expect(url(synth(domain) as never)).toBe("https://mlflow.example.com");
    const port = { trackingServer: { port: 5050 } };
    expect(url(synth({}, port) as never)).toBe("http://localhost:5050");
  });
});
