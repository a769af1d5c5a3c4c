import { execa } from "execa";
import { freePort } from "../e2e/ports.js";
import { waitUntil } from "../e2e/running-stack.js";
import { awsProgram } from "./python-tools.js";

/** moto in place of AWS, on a port of its own. */
export interface Moto {
  readonly port: number;
  /** `http://127.0.0.1:20123` */
  readonly endpoint: string;
  /** What the AWS SDK, Terraform's provider and the AWS CLI find it by. */
  readonly environment: Readonly<Record<string, string>>;
  stop(): Promise<void>;
}

export interface MotoOptions {
  /** Address that it listens on; containers reach one that is not loopback. @default "127.0.0.1" */
  readonly host?: string;
  /** @default - one that nobody has */
  readonly port?: number;
  /** Further variables, such as `INITIAL_NO_AUTH_ACTION_COUNT` or `MOTO_ECS_SERVICE_RUNNING`. */
  readonly environment?: Readonly<Record<string, string>>;
}

/** The account that everything in moto is of. */
export const motoAccount = "123456789012";

export async function startMoto({
  host = "127.0.0.1",
  environment = {},
  ...options
}: MotoOptions = {}): Promise<Moto> {
  const port = options.port ?? (await freePort());
  const child = execa(await awsProgram("moto_server"), ["-H", host, "-p", String(port)], {
    env: { MOTO_ECS_SERVICE_RUNNING: "1", ...environment },
    stdin: "ignore",
    all: true,
    reject: false,
    buffer: false,
  });
  let said = "";
  child.all.on("data", (chunk: Buffer) => (said = (said + chunk.toString()).slice(-4000)));
  const endpoint = `http://${host === "0.0.0.0" ? "127.0.0.1" : host}:${port}`;
  await waitUntil("moto", 60, async () => {
    if (child.exitCode !== null) throw new Error(`moto ended:\n${said}`);
    return fetch(`${endpoint}/moto-api/`).then(
      () => true,
      () => false,
    );
  });
  return {
    port,
    endpoint,
    environment: {
      AWS_ENDPOINT_URL: endpoint,
      AWS_ACCESS_KEY_ID: "testing",
      AWS_SECRET_ACCESS_KEY: "testing",
      AWS_REGION: "eu-central-1",
      // A machine's own settings are none of a test's.
      AWS_CONFIG_FILE: "/dev/null",
      AWS_SHARED_CREDENTIALS_FILE: "/dev/null",
      AWS_EC2_METADATA_DISABLED: "true",
      NO_PROXY: "127.0.0.1,localhost",
    },
    stop: async () => {
      child.kill();
      await child;
    },
  };
}
