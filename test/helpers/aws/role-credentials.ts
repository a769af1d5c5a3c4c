import { AssumeRoleCommand, STSClient } from "@aws-sdk/client-sts";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";

export interface RoleCredentials {
  /** Where it answers: `http://172.18.0.1:40123`. */
  readonly url: string;
  /** What Fargate sets `AWS_CONTAINER_CREDENTIALS_RELATIVE_URI` to. */
  readonly path: string;
  /** Ids of the keys that it has given out, in this order. */
  readonly issued: string[];
  stop(): Promise<void>;
}

export interface RoleCredentialsOptions {
  /** Address that it listens on. */
  readonly host: string;
  readonly client: STSClient;
  readonly roleArn: string;
  /** Seconds that a key is said to be good for. */
  readonly seconds: number;
}

/**
 * The endpoint that gives a task the keys of its role: other ones each time it is asked.
 *
 * @see https://docs.aws.amazon.com/sdkref/latest/guide/feature-container-credentials.html
 */
export async function serveRoleCredentials(
  options: RoleCredentialsOptions,
): Promise<RoleCredentials> {
  const path = "/v2/credentials/00000000-0000-0000-0000-000000000001";
  const issued: string[] = [];
  const server = createServer((request, response) => {
    const given =
      request.url === path ? assume(options) : Promise.reject(new Error("no such path"));
    given.then(
      (keys) => {
        issued.push(String(keys.AccessKeyId));
        response.end(JSON.stringify(keys));
      },
      (error: unknown) => response.writeHead(404).end(String(error)),
    );
  });
  await new Promise<void>((fulfil) => server.listen(0, options.host, fulfil));
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://${options.host}:${port}`,
    path,
    issued,
    stop: () => new Promise((fulfil) => server.close(() => fulfil())),
  };
}

async function assume({ client, roleArn, seconds }: RoleCredentialsOptions) {
  const asked = new AssumeRoleCommand({ RoleArn: roleArn, RoleSessionName: "task" });
  const { Credentials } = await client.send(asked);
  return {
    RoleArn: roleArn,
    AccessKeyId: Credentials?.AccessKeyId,
    SecretAccessKey: Credentials?.SecretAccessKey,
    Token: Credentials?.SessionToken,
    Expiration: new Date(Date.now() + seconds * 1000).toISOString().replace(/\.\d+Z$/, "Z"),
  };
}
