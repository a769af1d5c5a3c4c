import { execa } from "execa";
import { resolve } from "node:path";
import { fargateService, type ComposeService } from "./fargate-service.js";
import { fargateTask, type FargateTask, type StandIns } from "./fargate-task.js";
import type { AwsConfiguration } from "./golden.js";
import type { MotoAccount } from "./moto-account.js";
import type { RoleCredentials } from "./role-credentials.js";

export interface TasksFileOptions {
  /** Of the Compose project, and of the network, which is there. */
  readonly name: string;
  /** Port of 127.0.0.1 that the server gets. */
  readonly port: number;
  readonly database: ComposeService;
  /** File with the authority that the database's certificate is of. */
  readonly authority: string;
  readonly standIns: StandIns;
  readonly account: MotoAccount;
  /** `AWS_ENDPOINT_URL_S3`: the one variable that neither the definition nor Fargate has. */
  readonly s3Endpoint: string;
  readonly credentials: Pick<RoleCredentials, "url" | "path">;
}

const agent = resolve(import.meta.dirname, "fargate-agent.py");

/**
 * The tasks of a configuration as a Compose file, with values of secrets in it. The server shares
 * the network of a container that has the endpoint of its credentials, as on Fargate.
 */
export async function tasksFile(
  file: AwsConfiguration,
  options: TasksFileOptions,
): Promise<string> {
  const { name, database, standIns } = options;
  const server = fargateTask(file, "tracking-server", standIns);
  const upgrade = fargateTask(file, "db-upgrade", standIns);
  const services = {
    "backend-store": database,
    network: network(server, options),
    "tracking-server": { ...(await service(server, options)), network_mode: "service:network" },
    "db-upgrade": { ...(await service(upgrade, options)), networks: ["vpc"] },
  };
  const volumes = Object.fromEntries([...server.volumes, ...upgrade.volumes].map((v) => [v, {}]));
  const networks = { vpc: { name, external: true } };
  // Compose replaces `$…` in every text.
  return JSON.stringify({ name, services, networks, volumes }).replaceAll("$", "$$$$");
}

async function service(task: FargateTask, options: TasksFileOptions): Promise<ComposeService> {
  const { account, credentials, s3Endpoint, authority } = options;
  const { image, secrets, environment } = task.container;
  const values: Record<string, string> = {};
  for (const { name, valueFrom } of secrets) values[name] = await account.valueFrom(valueFrom);
  const bundle = environment.find(({ name }) => name === "PGSSLROOTCERT");
  if (!bundle) throw new Error("the definition names no certificates to trust");
  const ofRole = {
    AWS_CONTAINER_CREDENTIALS_RELATIVE_URI: credentials.path,
    AWS_ENDPOINT_URL_S3: s3Endpoint,
  };
  return fargateService(task, {
    secrets: values,
    declaredVolumes: await declaredVolumes(image),
    environment: task.hasRole ? ofRole : {},
    files: [`${authority}:${bundle.value}:ro`],
  });
}

async function declaredVolumes(image: string): Promise<readonly string[]> {
  const format = "{{json .Config.Volumes}}";
  const { stdout } = await execa("docker", ["image", "inspect", "-f", format, image]);
  return Object.keys((JSON.parse(stdout) as Record<string, unknown> | null) ?? {});
}

function network(
  { container }: FargateTask,
  { port, credentials }: TasksFileOptions,
): ComposeService {
  return {
    image: container.image,
    user: "0:0",
    entrypoint: ["python", "/fargate-agent.py", credentials.url],
    cap_add: ["NET_ADMIN"],
    networks: ["vpc"],
    ports: container.portMappings.map(({ containerPort }) => `127.0.0.1:${port}:${containerPort}`),
    volumes: [`${agent}:/fargate-agent.py:ro`],
    stop_grace_period: "1s",
  };
}
