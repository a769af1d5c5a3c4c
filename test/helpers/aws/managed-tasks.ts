import { loadAssets } from "../../../constructs/image/index.js";
import { renderAwsBuildContext } from "../../../constructs/aws/image-context.js";
import { planContainers, type MlflowDeploymentProps } from "../../../constructs/mlflow/index.js";
import type { AwsTargetProps } from "../../../constructs/aws/index.js";
import { buildImage } from "../e2e/images.js";
import { fargateTask, type StandIns } from "./fargate-task.js";
import { awsStackProps, synthAwsProps, type AwsConfiguration } from "./golden.js";
import { motoAccount, type MotoAccount } from "./moto-account.js";
import { startMoto } from "./moto.js";
import { serveRoleCredentials, type RoleCredentials } from "./role-credentials.js";
import { RunningTasks } from "./running-tasks.js";

/** Everything around the tasks that AWS would be. */
export interface ManagedTasks {
  readonly tasks: RunningTasks;
  readonly account: MotoAccount;
  readonly credentials: RoleCredentials;
  /** ARNs of the secrets, by name; `POSTGRES_PASSWORD` is the master user's. */
  readonly secretArns: Readonly<Record<string, string>>;
  /** Value of a secret, as it is now. */
  secret(name: string): Promise<string>;
  /** Builds the image of a configuration and takes its definitions. */
  deploy(props: MlflowDeploymentProps, target: AwsTargetProps): Promise<void>;
  remove(): Promise<void>;
}

export interface ManagedTasksOptions {
  readonly label: string;
  readonly props: MlflowDeploymentProps;
  readonly target: AwsTargetProps;
  /** Name of the bucket in `props`. */
  readonly bucket: string;
  readonly databaseHost: string;
  readonly loadBalancer: string;
  readonly masterPassword: string;
  /** Seconds that the keys of the role are good for. */
  readonly keySeconds: number;
}

const roleArn = "arn:aws:iam::123456789012:role/mlflow-task";

type Undo = (() => Promise<unknown>)[];

/** Starts what stands for AWS; the database and the tasks come with the first `deploy`. */
export async function startManagedTasks(options: ManagedTasksOptions): Promise<ManagedTasks> {
  const undo: Undo = [];
  const remove = async () => {
    for (const step of undo.splice(0).reverse()) await step();
  };
  try {
    return { ...(await startAround(options, undo)), remove };
  } catch (error) {
    await remove();
    throw error;
  }
}

async function startAround(
  { label, props, target, ...options }: ManagedTasksOptions,
  undo: Undo,
): Promise<Omit<ManagedTasks, "remove">> {
  const { databaseHost: host, masterPassword, loadBalancer, bucket } = options;
  const tasks = await RunningTasks.make({ label, host, masterPassword });
  undo.push(() => tasks.remove());
  const moto = await startMoto({ host: tasks.gateway });
  undo.push(() => moto.stop());
  const first = synthAwsProps(props, target);
  const account = await motoAccount(moto, { arn: roleArn, policy: taskPolicy(first, bucket) });
  const credentials = await serveRoleCredentials({
    host: tasks.gateway,
    client: account.sts,
    roleArn,
    seconds: options.keySeconds,
  });
  undo.push(() => credentials.stop());
  const { arns: secretArns, standIns } = await makeSecrets(first, account, masterPassword);
  const names = {
    ...standIns,
    "aws_ecr_repository.*.repository_url": "mlflow-stacks/tracking-server",
    "aws_db_instance.*.address": host,
    "aws_lb.*.dns_name": loadBalancer,
  };
  return {
    tasks,
    account,
    credentials,
    secretArns,
    secret: (name) => account.valueFrom(secretArns[name] ?? ""),
    deploy: async (props, target) => {
      const { deployment } = awsStackProps(props, target);
      const file = synthAwsProps(props, target);
      const { image } = fargateTask(file, "tracking-server", names).container;
      await buildImage(renderAwsBuildContext(loadAssets(), planContainers(deployment)), image);
      const given = { account, credentials, s3Endpoint: moto.endpoint, standIns: names };
      await tasks.deploy(file, given);
    },
  };
}

/**
 * The policy of the task's role as moto can judge it: it denies what has a condition, and asks for
 * the bucket itself where S3 asks for each object of a list to delete.
 */
function taskPolicy(file: AwsConfiguration, bucket: string): string {
  const policies = Object.values(file.resource["aws_iam_role_policy"] ?? {});
  const { policy } = policies.find(({ name }) => name === "task") ?? {};
  const { Statement } = JSON.parse(String(policy)) as { Statement: readonly object[] };
  const plain = Statement.map((statement) => ({ ...statement, Condition: undefined }));
  const Resource = `arn:aws:s3:::${bucket}`;
  const list = { Effect: "Allow", Action: "s3:DeleteObject", Resource };
  return JSON.stringify({ Version: "2012-10-17", Statement: [...plain, list] });
}

/** The secrets that the configuration makes, and the one that RDS makes. */
async function makeSecrets(file: AwsConfiguration, account: MotoAccount, masterPassword: string) {
  const arns: Record<string, string> = {};
  const standIns: Record<string, string> = {};
  for (const [id, block] of Object.entries(file.resource["aws_secretsmanager_secret"] ?? {})) {
    const prefix = String(block["name_prefix"]);
    const name = prefix.split("/").at(-1)?.slice(0, -1) ?? "";
    const value = `${name.toLowerCase()}-${"x".repeat(32)}`;
    const arn = await account.makeSecret(`${prefix}20260101000000000000000001`, value);
    arns[name] = arn;
    standIns[`aws_secretsmanager_secret.${id}`] = arn;
  }
  const master = JSON.stringify({ username: "postgres", password: masterPassword });
  const arn = await account.makeSecret("rds!db-00000000-0000-0000-0000-000000000001", master);
  arns["POSTGRES_PASSWORD"] = `${arn}:password::`;
  standIns["aws_db_instance.*.master_user_secret[0].secret_arn"] = arn;
  return { arns, standIns: standIns as StandIns };
}
