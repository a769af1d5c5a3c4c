import { z } from "zod";
import type { Terraform } from "../terraform/terraform.js";

const schema = z.object({
  tracking_uri: z.string(),
  tracking_username: z.string().optional(),
  region: z.string(),
  artifact_bucket: z.string(),
  load_balancer: z.string().optional(),
  admin_password_secret: z.string().optional(),
  instance_id: z.string().optional(),
});

/** What the stack gives out; see `AwsStack`. */
export type AwsOutputValues = z.output<typeof schema>;

/** @returns undefined where nothing was deployed, or not to the end */
export async function readAwsOutputs(terraform: Terraform): Promise<AwsOutputValues | undefined> {
  const outputs = await terraform.output();
  const values = Object.entries(outputs).map(([name, { value }]) => [name, value]);
  return schema.safeParse(Object.fromEntries(values)).data;
}

/** What a client of the deployment sets, without the password. */
export const clientVariables = ({
  tracking_uri,
  tracking_username,
}: AwsOutputValues): Readonly<Record<string, string>> => ({
  MLFLOW_TRACKING_URI: tracking_uri,
  ...(tracking_username !== undefined && { MLFLOW_TRACKING_USERNAME: tracking_username }),
});

/** How the admin's first password is read; undefined: there is no login. */
export const passwordCommand = ({
  admin_password_secret: secret,
  region,
}: AwsOutputValues): string | undefined =>
  secret === undefined
    ? undefined
    : `aws secretsmanager get-secret-value --region ${region} --secret-id ${secret} --query SecretString --output text`;

/** How an instance without a load balancer is reached: a port of one's own machine leads to it. */
export const tunnelCommand = (
  { instance_id: instance, region }: AwsOutputValues,
  port: number,
): string | undefined =>
  instance === undefined
    ? undefined
    : `aws ssm start-session --region ${region} --target ${instance} --document-name AWS-StartPortForwardingSession --parameters portNumber=${port},localPortNumber=${port}`;
