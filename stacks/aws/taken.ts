import { DescribeVolumesCommand, EC2Client } from "@aws-sdk/client-ec2";
import { DescribeRepositoriesCommand, ECRClient } from "@aws-sdk/client-ecr";
import { DescribeDBInstancesCommand, RDSClient } from "@aws-sdk/client-rds";
import { clientConfig } from "../tools/aws-client.js";

/**
 * What an account has under a deployment's name, such as `database mlflow-aws`. What AWS does not
 * let us look for is as good as not there: whoever deploys needs no right to look.
 */
export async function takenNames(name: string, region: string): Promise<readonly string[]> {
  const config = clientConfig(region);
  const looks = [database(config, name), repository(config, name), volumes(config, name)];
  return (await Promise.all(looks)).flat();
}

type Config = ReturnType<typeof clientConfig>;

async function database(config: Config, name: string): Promise<readonly string[]> {
  const question = new DescribeDBInstancesCommand({ DBInstanceIdentifier: name });
  const answer = await ifAllowed(new RDSClient(config).send(question));
  return (answer?.DBInstances ?? []).map(() => `database ${name}`);
}

async function repository(config: Config, name: string): Promise<readonly string[]> {
  const repositoryNames = [`${name}/tracking-server`];
  const question = new DescribeRepositoriesCommand({ repositoryNames });
  const answer = await ifAllowed(new ECRClient(config).send(question));
  return (answer?.repositories ?? []).map(() => `image repository ${repositoryNames.join()}`);
}

/** Of an instance's data, by the tag that all has. */
async function volumes(config: Config, name: string): Promise<readonly string[]> {
  const Filters = [{ Name: "tag:mlflow-stacks:deployment", Values: [name] }];
  const answer = await ifAllowed(
    new EC2Client(config).send(new DescribeVolumesCommand({ Filters })),
  );
  return (answer?.Volumes ?? []).map(({ VolumeId }) => `volume ${VolumeId}`);
}

/** Undefined: it is not there, or we may not look. */
async function ifAllowed<T>(asked: Promise<T>): Promise<T | undefined> {
  try {
    return await asked;
  } catch (error) {
    // A mistake of ours must not pass for an answer.
    if (error instanceof TypeError) throw error;
    return undefined;
  }
}
