import { z } from "zod";
import {
  artifactStoreKinds,
  backendStoreKinds,
  defaultPermissions,
  hostProfileNames,
  secretNames,
  secretSpecs,
  topologyNames,
  type SecretName,
  type SecretSpec,
} from "../constructs/mlflow/index.js";
import { awsSettings } from "./aws-settings.js";
import { choice, list, text, truth, whole, type VariableMeta } from "./variable.js";

export type { StoreKind, VariableMeta } from "./variable.js";

/** Backend stores that have a place for users. */
const databases = ["sqlite", "postgres", "external"] as const;

/** Settings, in the order of the example files. Secrets follow them. */
const settings = {
  MLSTACK_ENV_FILE: text({
    meaning: "env file that is read before this one; `-e FILE` writes it here",
    default: "- none",
  }),
  MLSTACK_RUNTIME: choice(["auto", "docker", "process"], {
    meaning: "run in containers or as a local process; auto: docker where an engine answers",
    default: "auto",
  }),
  MLSTACK_NAME: text({
    meaning: "what containers, networks and volumes are named after",
    default: "- mlflow- and the topology",
  }),
  MLSTACK_PROFILE: choice(
    hostProfileNames as [string, ...string[]] as ["n100", "small", "medium"],
    {
      meaning: "size of the machine: n100 (4 cores, 8 to 16 GB), small (2 GB), medium (8 cores)",
      default: "- n100; small on an instance of AWS",
    },
  ),
  MLFLOW_HOST: text({
    meaning: "address of its machine on which the server answers",
    default: "127.0.0.1",
  }),
  MLFLOW_PORT: whole({
    meaning: "port on which the server answers",
    default: "5000",
    unit: "1 to 65535",
  }),
  MLSTACK_PUBLIC_URLS: list({
    meaning: "every URL people type to reach the server; others are refused",
    default: "- http:// and MLFLOW_HOST and MLFLOW_PORT",
    unit: "URLs joined by commas",
  }),
  MLFLOW_WORKERS: whole({
    meaning: "server processes, about 200 MiB each",
    default: "- of the profile: 1, medium 4; always 1 with files or SQLite",
    unit: "1 to 32",
    stores: ["postgres", "external"],
  }),
  MLSTACK_DATA_DIRECTORY: text({
    meaning: "folder for SQLite, plain files and local artifacts",
    default: "- a Docker volume; as a process the folder data in the output folder",
    stores: ["file", "sqlite", "local"],
  }),
  MLSTACK_LOGIN: truth({
    meaning: "whether people log in",
    default: "- true for remote-server, else false",
    stores: databases,
  }),
  MLFLOW_AUTH_ADMIN_USERNAME: text({
    meaning: "name of the first user, who may do everything",
    default: "admin",
    stores: databases,
  }),
  MLSTACK_DEFAULT_PERMISSION: choice(defaultPermissions, {
    meaning: "what a user may do with things nobody granted",
    default: "NO_PERMISSIONS",
    stores: databases,
  }),
  MLSTACK_BACKEND_STORE: choice(backendStoreKinds, {
    meaning: "kind of the backend store",
    default: "- of the topology, or what MLFLOW_BACKEND_STORE_URI says",
    stores: databases,
  }),
  MLSTACK_POSTGRES_IMAGE: text({
    meaning: "image of PostgreSQL 18, by tag or digest",
    default: "postgres:18.6-trixie",
    stores: ["postgres"],
  }),
  MLSTACK_ARTIFACT_STORE: choice(artifactStoreKinds, {
    meaning: "kind of the artifact store",
    default: "- of the topology, or what MLFLOW_ARTIFACTS_DESTINATION says",
    stores: ["rustfs", "s3", "s3-compatible"],
  }),
  MLFLOW_ARTIFACTS_DESTINATION: text({
    meaning: "s3://bucket/prefix, or the folder artifacts in the data folder",
    default: "- s3://mlflow for RustFS",
  }),
  MLFLOW_S3_ENDPOINT_URL: text({
    meaning: "where an S3 server that is not Amazon's answers",
    default: "- Amazon S3",
    stores: ["s3-compatible"],
  }),
  AWS_DEFAULT_REGION: text({
    meaning: "region of the bucket",
    default: "us-east-1",
    stores: ["s3", "s3-compatible"],
  }),
  MLSTACK_S3_CREDENTIALS: choice(["keys", "ambient"], {
    meaning: "keys: AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY; ambient: the machine's role",
    default: "keys",
    stores: ["s3"],
  }),
  MLSTACK_BUCKET_INIT: truth({
    meaning: "make the bucket before the server starts",
    default: "- true for rustfs, false for s3-compatible",
    stores: ["rustfs", "s3-compatible"],
  }),
  MLSTACK_RUSTFS_IMAGE: text({
    meaning: "image of RustFS, by tag or digest",
    default: "rustfs/rustfs:1.0.1",
    stores: ["rustfs"],
  }),
} as const;

/** Settings of a stack, which Terraform makes; the verbs for a folder refuse them. */
const stackSettings = {
  MLSTACK_TOPOLOGY: choice(topologyNames as readonly string[] as ["remote-server"], {
    meaning: "which of MLflow's topologies the stack has",
    default: "remote-server",
    stack: true,
  }),
  MLSTACK_DOCKER_HOST: text({
    meaning: "Docker engine to deploy to, such as ssh://user@box",
    default: "- DOCKER_HOST, else that of the last deploy, else the engine of this machine",
    unit: "ssh://, tcp:// or unix://",
    stack: true,
  }),
  MLSTACK_SSH_JUMP: text({
    meaning: "machines to pass through on the way to it",
    default: "- none",
    unit: "[user@]host[:port], joined by commas",
    stack: true,
  }),
  MLSTACK_SSH_KEY: text({
    meaning: "file with the private key",
    default: "- what ssh finds",
    stack: true,
  }),
  MLSTACK_SSH_OPTIONS: list(
    {
      meaning: "further options of ssh, as in ssh_config",
      default: "- none",
      unit: "Name=value, joined by semicolons",
      stack: true,
    },
    ";",
  ),
  MLSTACK_STATE: text({
    meaning: "where Terraform keeps its state",
    default: "local",
    unit: "local, s3://bucket/key?region=…, or pg (with PG_CONN_STR)",
    stack: true,
  }),
} as const;

const secrets = Object.fromEntries(
  secretNames.map((name) => {
    const { purpose, source, minimumLength }: SecretSpec = secretSpecs[name];
    const meta: VariableMeta = {
      meaning: purpose,
      default: source === "user" ? "- must be set where it is used" : "- generated once",
      ...(minimumLength !== undefined && { unit: `${minimumLength} characters or more` }),
    };
    return [name, text(meta)];
  }),
) as Record<SecretName, ReturnType<typeof text>>;

/** Every variable that the toolkit reads. An unknown one is refused, since it would do nothing. */
export const environmentSchema = z.strictObject({
  ...settings,
  ...stackSettings,
  ...awsSettings,
  ...secrets,
});

export type Environment = z.output<typeof environmentSchema>;

export type VariableName = keyof Environment;

/** Names in the order of the example files. */
export const variableNames = Object.keys(environmentSchema.shape) as readonly VariableName[];

export function variableMeta(name: VariableName): VariableMeta {
  const meta = environmentSchema.shape[name].meta();
  if (meta === undefined) throw new Error(`bug: ${name} has no meaning`);
  return meta as unknown as VariableMeta;
}
