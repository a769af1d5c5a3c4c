import { CreateBucketCommand, S3Client } from "@aws-sdk/client-s3";
import {
  CreateSecretCommand,
  GetSecretValueCommand,
  PutSecretValueCommand,
  SecretsManagerClient,
} from "@aws-sdk/client-secrets-manager";
import { STSClient } from "@aws-sdk/client-sts";
import type { Moto } from "./moto.js";

const region = "eu-central-1";

/** What the tests do in moto as the account's owner. */
export interface MotoAccount {
  readonly s3: S3Client;
  readonly sts: STSClient;
  makeBucket(name: string): Promise<void>;
  /** @returns its ARN */
  makeSecret(name: string, value: string): Promise<string>;
  changeSecret(arn: string, value: string): Promise<void>;
  /** What ECS hands over for a `valueFrom`: an ARN, with `:key::` behind it or not. */
  valueFrom(reference: string): Promise<string>;
}

/**
 * Makes a role with a policy, and from then on lets requests in only as policies say.
 *
 * @param policy - text without conditions, which moto does not know for its services
 */
export async function motoAccount(moto: Moto, role: { arn: string; policy: string }) {
  const iam = (Action: string, values: Record<string, string>) => ask(moto, { Action, ...values });
  const RoleName = role.arn.split("/").at(-1) ?? "";
  await iam("CreateRole", { RoleName, AssumeRolePolicyDocument: allow("sts:AssumeRole", {}) });
  await iam("PutRolePolicy", { RoleName, PolicyName: "task", PolicyDocument: role.policy });
  const UserName = "owner";
  await iam("CreateUser", { UserName });
  const everything = allow("*", { Resource: "*" });
  await iam("PutUserPolicy", { UserName, PolicyName: "all", PolicyDocument: everything });
  const made = await iam("CreateAccessKey", { UserName });
  const field = (name: string) => new RegExp(`<${name}>([^<]+)`).exec(made)?.[1] ?? "";
  const credentials = {
    accessKeyId: field("AccessKeyId"),
    secretAccessKey: field("SecretAccessKey"),
  };
  const strict = await fetch(`${moto.endpoint}/moto-api/reset-auth`, { method: "POST", body: "0" });
  if (!strict.ok) throw new Error(`moto does not look at policies: ${strict.status}`);
  return clientsOf({ region, endpoint: moto.endpoint, credentials });
}

const allow = (Action: string, more: object): string =>
  JSON.stringify({ Version: "2012-10-17", Statement: [{ Effect: "Allow", Action, ...more }] });

/** IAM's own protocol: a form. Moto asks for the service's name and not yet for a signature. */
async function ask(moto: Moto, values: Readonly<Record<string, string>>): Promise<string> {
  const scope = "Credential=testing/20260101/us-east-1/iam/aws4_request";
  const response = await fetch(moto.endpoint, {
    method: "POST",
    headers: {
      "Content-Type": "application/x-www-form-urlencoded",
      Authorization: `AWS4-HMAC-SHA256 ${scope}, SignedHeaders=host, Signature=0`,
    },
    body: new URLSearchParams({ Version: "2010-05-08", ...values }).toString(),
  });
  const text = await response.text();
  if (!response.ok) throw new Error(`${values["Action"]}: ${text}`);
  return text;
}

function clientsOf(options: {
  readonly region: string;
  readonly endpoint: string;
  readonly credentials: { readonly accessKeyId: string; readonly secretAccessKey: string };
}): MotoAccount {
  const s3 = new S3Client({ ...options, forcePathStyle: true });
  const secrets = new SecretsManagerClient(options);
  return {
    s3,
    sts: new STSClient(options),
    makeBucket: async (Bucket) => {
      const CreateBucketConfiguration = { LocationConstraint: region } as const;
      await s3.send(new CreateBucketCommand({ Bucket, CreateBucketConfiguration }));
    },
    makeSecret: async (Name, SecretString) =>
      (await secrets.send(new CreateSecretCommand({ Name, SecretString }))).ARN ?? "",
    changeSecret: async (SecretId, SecretString) => {
      await secrets.send(new PutSecretValueCommand({ SecretId, SecretString }));
    },
    valueFrom: async (reference) => {
      const parts = reference.split(":");
      const SecretId = parts.slice(0, 7).join(":");
      const { SecretString = "" } = await secrets.send(new GetSecretValueCommand({ SecretId }));
      const [, , , , , , , key] = parts;
      if (!key) return SecretString;
      return (JSON.parse(SecretString) as Record<string, string>)[key] ?? "";
    },
  };
}
