import { relative } from "node:path";
import pc from "picocolors";
import { settingsFileName } from "../settings.js";
import { selfCommand } from "../tools/self.js";
import { pythonLines } from "../up/report.js";
import { asDeployed } from "./client-files.js";
import { passwordCommand, tunnelCommand, type AwsOutputValues } from "./outputs.js";
import type { AwsProof } from "./prove.js";
import type { AwsSettings } from "./settings.js";

/** Prints where it is, how to get in, and how to use it. */
export function printAwsReport(
  settings: AwsSettings,
  values: AwsOutputValues,
  proof: AwsProof,
  first: boolean,
): void {
  console.log(awsReportLines(settings, values, proof, first).join("\n"));
}

/** @param first - whether it was the first deploy, which is told more */
export function awsReportLines(
  settings: AwsSettings,
  values: AwsOutputValues,
  proof: AwsProof,
  first: boolean,
): readonly string[] {
  const { deployment, out, state } = settings;
  const folder = relative(process.cwd(), out) || ".";
  const { artifactStore } = deployment;
  const prefix =
    "prefix" in artifactStore && artifactStore.prefix ? `/${artifactStore.prefix}` : "";
  const password = passwordCommand(values);
  const isLocal = state.kind === "local";
  return [
    "",
    pc.bold(`MLflow answers at ${values.tracking_uri}`),
    ...nameLines(settings, values),
    ...reachLines(settings, values, proof),
    ...(password === undefined
      ? []
      : [`  login      ${values.tracking_username}, password:`, `             ${password}`]),
    `  bucket     s3://${values.artifact_bucket}${prefix}`,
    `  keep safe  ${[settingsFileName, ...(isLocal ? ["terraform.tfstate"] : [])].join(" and ")} of ${folder}`,
    ...(isLocal && first
      ? [
          "  a team     keeps the state where all of it can reach it:",
          `             ${selfCommand()} bootstrap aws --region ${values.region}, and deploy again`,
        ]
      : []),
    `  client     client.env and client.ps1 of ${folder}`,
    "",
    "In Python:",
    ...pythonLines({ deployment: asDeployed(deployment, values) }),
    "",
    pc.dim(`${selfCommand()} plan|deploy|destroy|output aws`),
    "",
  ];
}

/** Without a zone of Route 53 nobody else enters the name. */
function nameLines(
  { target: { domain } }: AwsSettings,
  { load_balancer: balancer }: AwsOutputValues,
): readonly string[] {
  if (!domain || domain.hostedZone !== undefined || balancer === undefined) return [];
  return [`  write      into DNS, if it is not there yet: CNAME ${domain.name} -> ${balancer}`];
}

/** MLflow takes the first password once; whoever changes it does so in MLflow. */
const changedLines = ({
  region,
  admin_password_secret: secret,
}: AwsOutputValues): readonly string[] => [
  "  from here  it answers; the admin's password is no longer the first one, so nothing was proven",
  "             to have it below again:",
  `             aws secretsmanager put-secret-value --region ${region} --secret-id ${secret} --secret-string …`,
];

function reachLines(
  { target, deployment }: AwsSettings,
  values: AwsOutputValues,
  proof: AwsProof,
): readonly string[] {
  if (proof.kind === "proven") return ["  proven     a run, a metric, a file up and down"];
  if (proof.kind === "password-changed") return changedLines(values);
  if (proof.kind === "not-proven") return [pc.yellow(`  from here  not yet: ${proof.problem}`)];
  const balanced = target.shape === "managed" || target.domain !== undefined;
  const tunnel = tunnelCommand(values, deployment.trackingServer.port);
  if (!balanced && tunnel !== undefined) return [`  from here  while this runs: ${tunnel}`];
  const who = target.allowedCidrs.length > 0 ? target.allowedCidrs.join(", ") : "the VPC";
  return [
    `  from here  not: it is reached from ${who} alone, as over a VPN or from a machine there`,
    ...(target.domain === undefined
      ? ["             with a name and HTTPS: --domain … --hosted-zone … (and --public)"]
      : []),
  ];
}
