import { type MlflowDeployment, Problems, secretSpecs } from "../mlflow/index.js";
import type { AwsDomain, AwsTarget, AwsTargetProps } from "./aws-target.js";
import { certificateRegions, nearRegions } from "./certificate-regions.js";
import { requireNetwork, resolveNetwork } from "./resolve-network.js";
import { defaultInstanceType } from "./resolve-instance.js";
import { defaultTaskSize, requireSizes } from "./resolve-sizes.js";

/**
 * Applies the defaults of a target and checks it, by itself and against what is deployed to it.
 *
 * @throws {ConfigError} with every problem, in the order of the props
 */
export function resolveAwsTarget(props: AwsTargetProps, deployment: MlflowDeployment): AwsTarget {
  const problems = new Problems();
  const target = readAwsTarget(props, deployment, problems);
  problems.throwIfAny();
  return target;
}

/** The same with its problems among others, so that one run shows all. */
export function readAwsTarget(
  props: AwsTargetProps,
  deployment: MlflowDeployment,
  problems: Problems,
): AwsTarget {
  requireOneOf(props.shape, ["managed", "host"], "target.shape", problems);
  if (requireRegion(props.region, problems)) requireCertificate(props, deployment, problems);
  const architecture = props.architecture ?? "arm64";
  requireOneOf(architecture, ["arm64", "x86_64"], "target.architecture", problems);
  const network = resolveNetwork(props, problems);
  const domain = resolveDomain(props, problems);
  const size = defaultTaskSize(deployment.profile);
  const target: AwsTarget = {
    shape: props.shape,
    region: props.region,
    architecture,
    network,
    domain,
    public: props.public ?? false,
    allowedCidrs: props.allowedCidrs ?? (props.public ? ["0.0.0.0/0"] : []),
    task: {
      cpu: props.taskCpu ?? size.cpu,
      memoryMiB: props.taskMemoryMiB ?? size.memoryMiB,
      storageGiB: props.taskStorageGiB ?? 21,
    },
    hostDatabase: props.hostDatabase ?? "container",
    database: {
      instanceClass: props.databaseClass ?? "db.t4g.micro",
      storageGiB: props.databaseStorageGiB ?? 20,
    },
    backupDays: props.backupDays ?? 7,
    instance: {
      type: props.instanceType ?? defaultInstanceType(deployment.profile, architecture),
      dataVolumeGiB: props.dataVolumeGiB ?? 20,
    },
    createBucket: props.createBucket ?? true,
    secretArns: props.secretArns ?? {},
    logDays: props.logDays ?? 30,
    protect: props.protect ?? true,
  };
  requireNetwork(props, target, problems);
  requireSizes(target, deployment, problems);
  requireShape(props, problems);
  requireSecretArns(target, problems);
  return target;
}

function requireOneOf(
  value: string,
  names: readonly string[],
  path: string,
  problems: Problems,
): void {
  const list = names.map((name) => `"${name}"`).join(" or ");
  problems.require(names.includes(value), path, `must be ${list}; got "${String(value)}"`);
}

/** China and GovCloud are partitions with other names for nearly everything. */
function requireRegion(region: string, problems: Problems): boolean {
  const path = "target.region";
  const grammar = /^(af|ap|ca|eu|il|me|mx|sa|us)-[a-z]+(-[a-z]+)?-\d$/;
  if (/^(cn|us-gov|us-iso\w*)-/.test(region)) {
    problems.add(path, `must be a region of the partition "aws"; got "${region}"`);
    return false;
  }
  return problems.require(
    grammar.test(region),
    path,
    /^[a-z-]+-\d[a-z]$/.test(region)
      ? `must be a region and not a zone; got "${region}"; use "${region.slice(0, -1)}"`
      : `must be a region such as "eu-central-1"; got "${String(region)}"`,
  );
}

/** The server checks RDS's certificate, and so never reaches one that it has no root of. */
function requireCertificate(
  { shape, region, hostDatabase }: AwsTargetProps,
  { backendStore }: MlflowDeployment,
  problems: Problems,
): void {
  const rds = backendStore.kind === "postgres" && (shape === "managed" || hostDatabase === "rds");
  if (!rds || certificateRegions().has(region)) return;
  const near = nearRegions(region).map((name) => `"${name}"`);
  // A slip of the hand, or a region that is newer than the certificates.
  const use = near.length > 0 ? `${near.join(" or ")}; or, if there is such a region, ` : "";
  problems.add(
    "target.region",
    `must be one of ${[...certificateRegions()].sort().join(", ")} with RDS, whose certificate is checked; got "${region}"; use ${use}target.shape "host" with target.hostDatabase "container", or backendStore.kind "external"`,
  );
}

function resolveDomain(props: AwsTargetProps, problems: Problems): AwsDomain | undefined {
  const { domain, hostedZone, certificateArn } = props;
  const name = /^(?=.{4,253}$)([a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z]{2,63}$/;
  if (domain === undefined) {
    const without = { hostedZone, certificateArn, public: props.public === true || undefined };
    for (const [field, value] of Object.entries(without)) {
      const problem = "must not be given without target.domain, the name that people type";
      problems.require(value === undefined, `target.${field}`, problem);
    }
    return undefined;
  }
  problems.require(
    name.test(domain),
    "target.domain",
    `must be a name such as "mlflow.example.com", in lower case; got "${domain}"`,
  );
  problems.require(
    hostedZone !== undefined || certificateArn !== undefined,
    "target.hostedZone",
    `must be given with target.domain, as the zone of Route 53 that gets the name "${domain}"; or give target.certificateArn, and write the name into DNS yourself`,
  );
  if (hostedZone !== undefined) {
    problems.require(
      domain === hostedZone || domain.endsWith(`.${hostedZone}`),
      "target.hostedZone",
      `must be the end of target.domain "${domain}"; got "${hostedZone}"`,
    );
  }
  if (certificateArn !== undefined) {
    problems.require(
      new RegExp(`^arn:aws:acm:${props.region}:\\d{12}:certificate/[0-9a-f-]+$`).test(
        certificateArn,
      ),
      "target.certificateArn",
      `must be the ARN of a certificate of ACM in "${props.region}"; got "${certificateArn}"`,
    );
  }
  return { name: domain, hostedZone, certificateArn };
}

/** What only the other shape has, in the words of the props. */
function requireShape(props: AwsTargetProps, problems: Problems): void {
  const others = {
    managed: ["hostDatabase", "instanceType", "dataVolumeGiB"],
    host: ["taskCpu", "taskMemoryMiB", "taskStorageGiB"],
  } as const;
  for (const field of others[props.shape] ?? []) {
    const problem = `must not be given with target.shape "${props.shape}", which has none`;
    problems.require(props[field] === undefined, `target.${field}`, problem);
  }
  if (props.shape !== "host" || props.hostDatabase === "rds") return;
  for (const field of ["databaseClass", "databaseStorageGiB"] as const) {
    const problem = 'must not be given without RDS; use target.hostDatabase "rds", or remove it';
    problems.require(props[field] === undefined, `target.${field}`, problem);
  }
}

function requireSecretArns({ secretArns, region }: AwsTarget, problems: Problems): void {
  for (const [name, arn] of Object.entries(secretArns)) {
    const path = `target.secretArns.${name}`;
    problems.require(Object.hasOwn(secretSpecs, name), path, "is not the name of a secret");
    const known = problems.require(
      new RegExp(`^arn:aws:secretsmanager:${region}:\\d{12}:secret:[A-Za-z0-9/_+=.@-]+$`).test(arn),
      path,
      // Somebody may have given the secret itself.
      `must be the ARN of a secret of Secrets Manager in "${region}"; got ${arn.startsWith("arn:") ? `"${arn}"` : "something else"}`,
    );
    problems.require(
      // A policy with less than the whole ARN lets nothing in.
      !known || /-[A-Za-z0-9]{6}$/.test(arn),
      path,
      `must be the whole ARN, with the "-" and six characters that AWS ends it with; got "${arn}"; use what "aws secretsmanager describe-secret" prints`,
    );
  }
}
