import { expect, test } from "vitest";
import {
  parseComposeFile,
  renderComposeFolder,
  type ComposeFile,
} from "../../compose-templates/index.js";
import {
  propsForAws,
  resolveAwsTarget,
  type AwsTargetProps,
  type HostFiles,
} from "../../constructs/aws/index.js";
import { loadAssets } from "../../constructs/image/index.js";
import { resolveDeployment, type MlflowDeploymentProps } from "../../constructs/mlflow/index.js";
import { renderHostFiles } from "../../stacks/aws/host-files.js";
import { awsProps, exampleBucket, hostTarget, uriSecretArn } from "../helpers/aws/cases.js";

function filesOf(
  target: Partial<AwsTargetProps> = {},
  props: Partial<MlflowDeploymentProps> = {},
): HostFiles {
  const asked = hostTarget(target);
  const deployment = resolveDeployment(propsForAws(awsProps(props), asked));
  return renderHostFiles(deployment, resolveAwsTarget(asked, deployment));
}

const composeOf = (files: HostFiles): ComposeFile =>
  parseComposeFile(files["docker-compose.yml"] ?? "") as ComposeFile;

const lines = (text: string | undefined) => new Set(text?.split("\n"));

const domain = { domain: "mlflow.example.com", hostedZone: "example.com" } as const;

/** A machine of one's own of the same size with a bucket of Amazon's, which it opens by a key. */
const homeLab = renderComposeFolder(
  resolveDeployment({
    topology: "remote-server",
    profile: "small",
    artifactStore: { kind: "s3", bucket: exampleBucket, region: "eu-central-1" },
  }),
  loadAssets(),
);

test("the Compose file of a home lab with S3, but for the key of the bucket", () => {
  const mine = lines(homeLab.find(({ path }) => path === "docker-compose.yml")?.text);
  const there = lines(filesOf()["docker-compose.yml"]);
  const differs = (a: Set<string>, b: Set<string>) =>
    [...a].filter((line) => !b.has(line)).map((line) => line.trim().replace(/'\{.*/, "'{…"));
  expect(differs(mine, there)).toStrictEqual([
    "- AWS_ACCESS_KEY_ID",
    "- AWS_SECRET_ACCESS_KEY",
    "- '{…",
    "AWS_ACCESS_KEY_ID_FILE: /run/secrets/AWS_ACCESS_KEY_ID",
    "AWS_SECRET_ACCESS_KEY_FILE: /run/secrets/AWS_SECRET_ACCESS_KEY",
    "AWS_ACCESS_KEY_ID:",
    "environment: AWS_ACCESS_KEY_ID",
    "AWS_SECRET_ACCESS_KEY:",
    "environment: AWS_SECRET_ACCESS_KEY",
  ]);
  expect(differs(there, mine)).toStrictEqual(["- '{…"]);
});

test("the same image: every file of its context is that of a home lab", () => {
  const files = filesOf();
  for (const { path, text } of homeLab.filter(({ path }) => path.startsWith("tracking-server/"))) {
    expect(files[path], path).toBe(text);
  }
});

test("listens for the load balancer alone, and on loopback without one", () => {
  const serverOf = (files: HostFiles) => composeOf(files).services["tracking-server"];
  expect(serverOf(filesOf())?.ports).toStrictEqual(["127.0.0.1:5000:5000"]);
  const server = serverOf(filesOf(domain));
  expect(server?.ports).toStrictEqual(["0.0.0.0:5000:5000"]);
  expect(server?.environment?.["MLFLOW_SERVER_ALLOWED_HOSTS"]).toMatch(/^mlflow\.example\.com,/);
});

test("RDS: a database of somebody else's, and an image with its certificates", () => {
  const files = filesOf({ hostDatabase: "rds" });
  const { services, secrets } = composeOf(files);
  expect(Object.keys(services)).not.toContain("backend-store");
  expect(Object.keys(secrets ?? {})).toContain("MLFLOW_BACKEND_STORE_URI");
  expect(Object.keys(secrets ?? {})).not.toContain("POSTGRES_PASSWORD");
  expect(files["tracking-server/rds-ca.pem"]).toMatch(/^-----BEGIN CERTIFICATE-----/);
  expect(files["tracking-server/Dockerfile"]).toContain("COPY rds-ca.pem");
});

test.each([
  ["postgresql+psycopg2", true],
  ["mysql+pymysql", false],
] as const)("%s of the user's, which may be RDS: certificates in the image: %s", (driver, has) => {
  const secretArns = { MLFLOW_BACKEND_STORE_URI: uriSecretArn };
  const files = filesOf({ secretArns }, { backendStore: { kind: "external", driver } });
  expect(Object.hasOwn(files, "tracking-server/rds-ca.pem")).toBe(has);
});

test("has what brings them up", () => {
  const boot = Object.keys(filesOf()).filter((path) => path.startsWith("boot/"));
  expect(boot).toStrictEqual([
    "boot/boot.py",
    "boot/containers.py",
    "boot/data_volume.py",
    "boot/engine.py",
    "boot/firewall.py",
    "boot/own_secrets.py",
    "boot/start.sh",
    "boot/system.py",
  ]);
});
