import { GetCallerIdentityCommand, STSClient } from "@aws-sdk/client-sts";
import { Problems } from "../../constructs/mlflow/index.js";
import { clientConfig } from "../tools/aws-client.js";

/** Where something is made. */
export interface Account {
  /** Twelve digits. */
  readonly id: string;
  readonly region: string;
}

/**
 * Asks AWS who this is.
 *
 * @param region - undefined: `AWS_REGION`, or that of the profile
 */
export async function findAccount(region: string | undefined): Promise<Account> {
  const client = new STSClient(clientConfig(region));
  const used = await client.config.region();
  const problems = new Problems();
  requireRegion(used, problems);
  problems.throwIfAny();
  const { Account: id = "" } = await client.send(new GetCallerIdentityCommand({}));
  return { id, region: used };
}

export function requireRegion(region: string, problems: Problems): void {
  problems.require(
    /^[a-z]{2}(-[a-z]+)+-\d+$/.test(region),
    "--region",
    `must be a region of AWS, such as eu-central-1; got "${region}"`,
  );
}
