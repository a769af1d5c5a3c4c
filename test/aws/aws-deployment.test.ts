import { expect, test } from "vitest";
import { propsForAws, resolveAwsTarget } from "../../constructs/aws/index.js";
import { resolveDeployment } from "../../constructs/mlflow/index.js";
import { awsProps, givenNetwork, managedTarget, uriSecretArn } from "../helpers/aws/cases.js";
import { hostRefusal, managedRefusal } from "../helpers/aws/refusal.js";

const bucket = (name: string, more: object = {}) => ({
  artifactStore: { kind: "s3", bucket: name, ...more },
});

const s3Instead =
  'has no place beside Amazon\'s own S3; use { kind: "s3", bucket }, which is made for you';
const name = (got: string) =>
  `name: must be 1 to 24 characters of a-z 0-9 -, begin with a letter and not with "internal-", end with no -, and have no two - together, because names of AWS are made of it; got "${got}"`;
const notRead = "must not be given, because this deployment does not read it";
const secretArns = { MLFLOW_BACKEND_STORE_URI: uriSecretArn };
const external = { backendStore: { kind: "external" } };

test.each<[object, string, object?]>([
  [{ artifactStore: { kind: "rustfs" } }, `artifactStore.kind: "rustfs" ${s3Instead}`],
  [
    { artifactStore: { kind: "s3-compatible", bucket: "mlflow", endpoint: "http://x:9" } },
    `artifactStore.kind: "s3-compatible" ${s3Instead}`,
  ],
  [
    { topology: "localhost-database", artifactStore: { kind: "local" } },
    [
      'topology: must be "remote-server" on AWS, because it is for several people; got "localhost-database"',
      'backendStore.kind: "sqlite" is on the disk of one machine; use the topology "remote-server" with "postgres"',
      'artifactStore.kind: "local" is on the disk of one machine; use { kind: "s3", bucket }, which is made for you',
    ].join("\n"),
  ],
  ...["a--b", "mlflow_a", "internal-mlflow", "mlflow-", "1mlflow", "a".repeat(25)].map(
    (got): [object, string] => [{ name: got }, name(got)],
  ),
  ...["default", "sg", "sg-team"].map((got): [object, string] => [
    { name: got },
    `name: must not be "default", "sg" or begin with "sg-", which AWS keeps for itself; got "${got}"`,
  ]),
  ...["xn--mlflow", "sthree-mlflow", "mlflow-s3alias", "mlflow--ol-s3", "mlflow--x-s3"].map(
    (got): [object, string] => [
      bucket(got),
      `artifactStore.bucket: must not be a name that S3 keeps for itself; got "${got}"`,
    ],
  ),
  [
    bucket("mlflow.artifacts"),
    'artifactStore.bucket: must have no ".", which breaks the certificate of its address; got "mlflow.artifacts"; use "mlflow-artifacts"',
  ],
  [
    bucket("MLflow"),
    'artifactStore.bucket: must be 3 to 63 characters of a-z, 0-9, "-" and ".", begin and end with a letter or digit, have no two dots together and be no IP address; got "MLflow"',
  ],
  [
    bucket("mlflow", { credentials: "keys" }),
    'artifactStore.credentials: must be "ambient" on AWS, where a role opens the bucket and no key exists; remove it',
  ],
  [
    bucket("mlflow", { region: "us-east-1" }),
    'artifactStore.region: must be the region of the target, "eu-central-1"; got "us-east-1"; remove it',
  ],
  [
    external,
    'target.secretArns.MLFLOW_BACKEND_STORE_URI: must be the ARN of a secret with the URI of your database; put it into Secrets Manager, or use backendStore.kind "postgres"',
    { egress: "nat" },
  ],
  [
    external,
    'target.egress: must not be "endpoints" with backendStore.kind "external", because no way leads to your database; use "nat", or target.vpcId for the network that it is in',
    { secretArns },
  ],
  [{}, `target.secretArns.MLFLOW_BACKEND_STORE_URI: ${notRead}`, { secretArns }],
  [
    {},
    `target.secretArns.POSTGRES_PASSWORD: ${notRead}`,
    { secretArns: { POSTGRES_PASSWORD: uriSecretArn } },
  ],
  [
    { trackingServer: { port: 5001 } },
    'trackingServer.port: must not be given with target.shape "managed", whose load balancer answers on 443, or 80 without a domain; got "5001"',
  ],
  [
    { trackingServer: { bindAddress: "0.0.0.0", publicUrls: ["http://x.example.com"] } },
    'trackingServer.bindAddress: must not be given on AWS, where the target decides who gets in; got "0.0.0.0"; use target.domain and target.allowedCidrs',
  ],
  [
    { trackingServer: { login: false } },
    "trackingServer.login: must not be false on AWS behind a load balancer, which lets others in; remove it",
  ],
  [
    { backendStore: { kind: "postgres", image: "postgres:18.7" } },
    'backendStore.image: must not be given with RDS, which has PostgreSQL 18 of its own; got "postgres:18.7"',
  ],
])("managed refuses %j", (props, message, target = {}) => {
  expect(managedRefusal(target, props)).toBe(message);
});

test("host refuses rustfs in the same words, and RDS beside a database of the user's", () => {
  expect(hostRefusal({}, { artifactStore: { kind: "rustfs" } })).toBe(
    `artifactStore.kind: "rustfs" ${s3Instead}`,
  );
  expect(hostRefusal({ hostDatabase: "rds", secretArns }, external)).toBe(
    'target.hostDatabase: must not be "rds" with backendStore.kind "external", which is a database of yours; use "postgres"',
  );
});

test.each(["MLFLOW_DB_PASSWORD", "MLFLOW_BACKEND_STORE_URI"])(
  "host with RDS, which has passwords of its own, refuses %s",
  (secret) => {
    const given = { hostDatabase: "rds", secretArns: { [secret]: uriSecretArn } };
    expect(hostRefusal(given)).toBe(`target.secretArns.${secret}: ${notRead}`);
  },
);

test("host takes the password of the database beside it", () => {
  expect(hostRefusal({ secretArns: { MLFLOW_DB_PASSWORD: uriSecretArn } })).toBe("(accepted)");
});

test.each<[object, object]>([
  [{}, {}],
  [bucket("mlflow.artifacts"), { createBucket: false }],
  [external, { secretArns, egress: "nat" }],
  [external, { secretArns, ...givenNetwork }],
  [{ name: "a" }, {}],
  [{ name: "default-sg" }, {}],
])("managed takes %j with %j", (props, target) => {
  expect(managedRefusal(target, props)).toBe("(accepted)");
});

test("the bucket is in the target's region and opened by a role", () => {
  const target = managedTarget({ region: "eu-west-1" });
  const deployment = resolveDeployment(propsForAws(awsProps(), target));
  expect(deployment.artifactStore).toMatchObject({ region: "eu-west-1", credentials: "ambient" });
  expect(resolveAwsTarget(target, deployment).region).toBe("eu-west-1");
});
