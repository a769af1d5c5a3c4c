import {
  images,
  Problems,
  requireTarget,
  type ArtifactStore,
  type MlflowDeployment,
  type MlflowDeploymentProps,
} from "../mlflow/index.js";
import type { AwsTarget, AwsTargetProps } from "./aws-target.js";
import { hostDeployment } from "./host-deployment.js";
import { hasLoadBalancer } from "./resolve-network.js";

/**
 * A deployment's props with what AWS decides where they do not: the bucket is in the target's
 * region, and opened by a role instead of keys; an instance is a small machine.
 */
export function propsForAws(
  props: MlflowDeploymentProps,
  { region, shape }: Pick<AwsTargetProps, "region" | "shape">,
): MlflowDeploymentProps {
  const { artifactStore } = props;
  const sized: MlflowDeploymentProps =
    shape === "host" ? { ...props, profile: props.profile ?? "small" } : props;
  if (artifactStore?.kind !== "s3") return sized;
  return { ...sized, artifactStore: { region, credentials: "ambient", ...artifactStore } };
}

/**
 * Refuses what AWS can't run, or what it has no place for.
 *
 * @throws {ConfigError} with every problem
 */
export function requireAwsDeployment(deployment: MlflowDeployment, target: AwsTarget): void {
  const problems = new Problems();
  problems.attempt(() =>
    requireTarget(deployment, target.shape === "managed" ? "aws-managed" : "aws-host"),
  );
  // Refused as a whole: the rest follows from it.
  if (deployment.topology !== "remote-server") throw problems.error();
  const { name, artifactStore } = deployment;
  requireAwsName(name, problems);
  if (artifactStore.kind === "s3") requireBucket(artifactStore, target, problems);
  requireSecrets(deployment, target, problems);
  requireListening(deployment, target, problems);
  problems.throwIfAny();
}

/** A name that every name of AWS can be made of: stricter than the deployment's own rule. */
export function requireAwsName(name: string, problems: Problems): boolean {
  const valid = problems.require(
    /^(?!internal-)[a-z](-?[a-z0-9])*$/.test(name) && name.length <= 24,
    "name",
    `must be 1 to 24 characters of a-z 0-9 -, begin with a letter and not with "internal-", end with no -, and have no two - together, because names of AWS are made of it; got "${name}"`,
  );
  const free = problems.require(
    !/^(default$|sg(-|$))/.test(name),
    "name",
    `must not be "default", "sg" or begin with "sg-", which AWS keeps for itself; got "${name}"`,
  );
  return valid && free;
}

/** @see https://docs.aws.amazon.com/AmazonS3/latest/userguide/bucketnamingrules.html */
function requireBucket(
  { bucket, credentials, region: ofBucket }: Extract<ArtifactStore, { kind: "s3" }>,
  { region, createBucket }: AwsTarget,
  problems: Problems,
): void {
  const path = "artifactStore.bucket";
  const reserved = /^(xn--|sthree-|amzn-s3-demo-)|(-s3alias|--ol-s3|--x-s3|--table-s3|\.mrap)$/;
  problems.require(
    !reserved.test(bucket),
    path,
    `must not be a name that S3 keeps for itself; got "${bucket}"`,
  );
  problems.require(
    !createBucket || !bucket.includes("."),
    path,
    `must have no ".", which breaks the certificate of its address; got "${bucket}"; use "${bucket.replaceAll(".", "-")}"`,
  );
  problems.require(
    credentials === "ambient",
    "artifactStore.credentials",
    'must be "ambient" on AWS, where a role opens the bucket and no key exists; remove it',
  );
  problems.require(
    ofBucket === region,
    "artifactStore.region",
    `must be the region of the target, "${region}"; got "${ofBucket}"; remove it`,
  );
}

/** A secret that nobody can make up, and one that nothing reads. */
function requireSecrets(deployment: MlflowDeployment, target: AwsTarget, problems: Problems): void {
  const { backendStore, secrets } = deployment;
  const { secretArns, hostDatabase, shape, network } = target;
  if (backendStore.kind === "external") {
    problems.require(
      secretArns.MLFLOW_BACKEND_STORE_URI !== undefined,
      "target.secretArns.MLFLOW_BACKEND_STORE_URI",
      'must be the ARN of a secret with the URI of your database; put it into Secrets Manager, or use backendStore.kind "postgres"',
    );
    problems.require(
      shape === "managed" || hostDatabase === "container",
      "target.hostDatabase",
      'must not be "rds" with backendStore.kind "external", which is a database of yours; use "postgres"',
    );
    problems.require(
      network.kind === "given" || network.egress !== "endpoints",
      "target.egress",
      'must not be "endpoints" with backendStore.kind "external", because no way leads to your database; use "nat", or target.vpcId for the network that it is in',
    );
  }
  // RDS behind an instance has passwords of its own, in place of the deployment's.
  const ofShape = shape === "host" ? hostDeployment(deployment, target).secrets : secrets;
  for (const name of Object.keys(secretArns)) {
    const reads = [secrets, ofShape].every((list) => list.some((secret) => secret.name === name));
    const problem = "must not be given, because this deployment does not read it";
    problems.require(reads && name !== "POSTGRES_PASSWORD", `target.secretArns.${name}`, problem);
  }
}

/** Where a server listens on a machine: a load balancer has ports and addresses of its own. */
function requireListening(
  { trackingServer, backendStore }: MlflowDeployment,
  target: AwsTarget,
  problems: Problems,
): void {
  const { bindAddress, port, login } = trackingServer;
  const { shape, hostDatabase } = target;
  problems.require(
    login !== undefined || !hasLoadBalancer(target),
    "trackingServer.login",
    "must not be false on AWS behind a load balancer, which lets others in; remove it",
  );
  problems.require(
    bindAddress === "127.0.0.1",
    "trackingServer.bindAddress",
    `must not be given on AWS, where the target decides who gets in; got "${bindAddress}"; use target.domain and target.allowedCidrs`,
  );
  problems.require(
    port === 5000 || shape !== "managed",
    "trackingServer.port",
    `must not be given with target.shape "managed", whose load balancer answers on 443, or 80 without a domain; got "${port}"`,
  );
  const usesImage = shape === "host" && hostDatabase === "container";
  if (backendStore.kind === "postgres" && !usesImage) {
    problems.require(
      backendStore.image === images.postgres,
      "backendStore.image",
      `must not be given with RDS, which has PostgreSQL 18 of its own; got "${backendStore.image}"`,
    );
  }
}
