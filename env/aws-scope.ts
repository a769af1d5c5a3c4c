import { externalDrivers, secretNames } from "../constructs/mlflow/index.js";
import type { VariableName } from "./schema.js";
import type { VariableMeta } from "./variable.js";

const dockerHost = "is for home-lab, which is on a Docker host; remove it";
const noKeys = "is no setting on AWS, where a role opens the bucket and no key exists; remove it";
const madeUp =
  "is no setting on AWS, which makes it up and keeps it in Secrets Manager; remove it, or name a secret of yours in MLSTACK_AWS_SECRET_ARNS";

/** Why a setting has no place in the stack `aws`, and what to use instead. */
const refusals: Readonly<Partial<Record<VariableName, string>>> = {
  MLSTACK_RUNTIME: "must not be set on AWS, where the shape decides what runs it; remove it",
  MLFLOW_HOST:
    "must not be set on AWS, where the target decides who gets in; use MLSTACK_AWS_DOMAIN and MLSTACK_AWS_ALLOWED_CIDRS",
  MLSTACK_DATA_DIRECTORY: "must not be set on AWS, which has no folder of yours; remove it",
  MLSTACK_DOCKER_HOST: dockerHost,
  MLSTACK_SSH_JUMP: dockerHost,
  MLSTACK_SSH_KEY: dockerHost,
  MLSTACK_SSH_OPTIONS: dockerHost,
  ...Object.fromEntries(secretNames.map((name) => [name, madeUp])),
  AWS_ACCESS_KEY_ID: noKeys,
  AWS_SECRET_ACCESS_KEY: noKeys,
  MLFLOW_BACKEND_STORE_URI:
    'must not be set on AWS, because it may hold a password; put it into Secrets Manager, and set MLSTACK_BACKEND_STORE=external and MLSTACK_AWS_SECRET_ARNS=MLFLOW_BACKEND_STORE_URI=arn:…; only a driver without an address may stand here, such as "mysql+pymysql://"',
};

/** Taken, and of no use to anybody who begins: what they may say follows from other settings. */
const implied: readonly VariableName[] = [
  "MLSTACK_TOPOLOGY",
  "MLSTACK_ARTIFACT_STORE",
  "MLFLOW_S3_ENDPOINT_URL",
  "AWS_DEFAULT_REGION",
  "MLSTACK_S3_CREDENTIALS",
  "MLSTACK_BUCKET_INIT",
  "MLSTACK_RUSTFS_IMAGE",
];

/** What differs in what the example of the stack `aws` says of a variable. */
export const wordsOnAws: Readonly<Partial<Record<VariableName, Partial<VariableMeta>>>> = {
  MLSTACK_NAME: { meaning: "what everything on AWS is named after", unit: "1 to 24 characters" },
  MLFLOW_PORT: { meaning: "port on the instance of the shape host" },
  MLSTACK_PUBLIC_URLS: {
    meaning: "further URLs people type to reach the server; others are refused",
    default: "- MLSTACK_AWS_DOMAIN, or the name of the load balancer",
  },
  MLSTACK_BACKEND_STORE: { default: "postgres" },
  MLSTACK_POSTGRES_IMAGE: { meaning: "image of PostgreSQL 18 on the instance of the shape host" },
  MLFLOW_ARTIFACTS_DESTINATION: {
    meaning: "s3://bucket/prefix; the bucket is made",
    default: "- must be set",
  },
  MLFLOW_BACKEND_STORE_URI: {
    meaning: "driver of a database of yours, without an address",
    default: "- postgresql+psycopg2://",
  },
};

/** Why the stack `aws` refuses this value; undefined: it does not. */
export function awsRefusal(name: VariableName, value: unknown): string | undefined {
  const isDriver = externalDrivers.some((driver) => value === `${driver}://`);
  return name === "MLFLOW_BACKEND_STORE_URI" && isDriver ? undefined : refusals[name];
}

/** Whether the example of the stack `aws` has it. */
export const isForAws = (name: VariableName): boolean =>
  name === "MLFLOW_BACKEND_STORE_URI" || !(name in refusals || implied.includes(name));
