import {
  hostProfileNames,
  topologies,
  topologyNames,
  type Topology,
} from "../../constructs/mlflow/index.js";
import type { VariableName } from "../../env/schema.js";
import { artifactStoreKind, backendStoreKind } from "../../env/store-variables.js";

/** Texts by variable, as far as they are given. */
export type Answers = Partial<Record<VariableName, string | undefined>>;

/** One thing `init` asks, and the flag that answers it. */
export interface Question {
  readonly variable: VariableName;
  /** None for a secret, which a flag would show to everybody. */
  readonly flag?: string;
  readonly message: string;
  /** Empty: the variable stays unset and the default applies. */
  readonly initial: string;
  readonly choices?: readonly string[];
  /** Typed unseen; without a terminal it is left to the user's editor. */
  readonly secret?: true;
}

export const topologyChoices = topologyNames.map((value) => ({
  value,
  label: value,
  hint: topologies[value].summary,
}));

/**
 * The questions of a topology. Later ones depend on earlier answers.
 *
 * @param answers - given so far, by variable
 */
export function questions(topology: Topology, answers: Answers): readonly Question[] {
  const size: Question = {
    variable: "MLSTACK_PROFILE",
    flag: "--profile",
    message: "Size of the machine",
    initial: "n100",
    choices: hostProfileNames,
  };
  const port: Question = {
    variable: "MLFLOW_PORT",
    flag: "--port",
    message: "Port",
    initial: "5000",
  };
  const backend = backendQuestions(topology, answers);
  return topology === "remote-server"
    ? [size, ...addressQuestions(answers), port, ...backend, ...storeQuestions(topology, answers)]
    : [size, port, ...backend, dataQuestion];
}

const dataQuestion: Question = {
  variable: "MLSTACK_DATA_DIRECTORY",
  flag: "--data-directory",
  message: "Folder for the data (empty: a Docker volume, or the output folder)",
  initial: "",
};

function backendQuestions(topology: Topology, answers: Answers): readonly Question[] {
  const { backendStores } = topologies[topology];
  if (backendStores.length === 1) return [];
  const kind = backendStoreKind(topology, answers);
  const store: Question = {
    variable: "MLSTACK_BACKEND_STORE",
    flag: "--backend-store",
    message: "Where experiments and models are kept",
    initial: kind,
    choices: backendStores,
  };
  const uri = secret("MLFLOW_BACKEND_STORE_URI", "URI of your database, with its password");
  return kind === "external" ? [store, uri] : [store];
}

const secret = (variable: VariableName, message: string): Question => ({
  variable,
  message,
  initial: "",
  secret: true,
});

function addressQuestions(answers: Answers): readonly Question[] {
  const host: Question = {
    variable: "MLFLOW_HOST",
    flag: "--host",
    message: "Address the server answers on: 127.0.0.1, or this machine's in the network",
    initial: "127.0.0.1",
  };
  const url: Question = {
    variable: "MLSTACK_PUBLIC_URLS",
    flag: "--public-url",
    message: "URL people type, such as http://n100.lan:5000 (empty: the address)",
    initial: "",
  };
  return (answers.MLFLOW_HOST ?? "127.0.0.1") === "127.0.0.1" &&
    answers.MLSTACK_PUBLIC_URLS === undefined
    ? [host]
    : [host, url];
}

const keys: readonly Question[] = [
  secret("AWS_ACCESS_KEY_ID", "Access key of the server on the store"),
  secret("AWS_SECRET_ACCESS_KEY", "That key's secret"),
];

function storeQuestions(topology: Topology, answers: Answers): readonly Question[] {
  const kind = artifactStoreKind(topology, answers);
  const store: Question = {
    variable: "MLSTACK_ARTIFACT_STORE",
    flag: "--artifact-store",
    message: "Where artifacts are kept",
    initial: kind,
    choices: topologies[topology].artifactStores,
  };
  if (kind === "rustfs") return [store];
  const bucket: Question = {
    variable: "MLFLOW_ARTIFACTS_DESTINATION",
    flag: "--destination",
    message: "Bucket, as s3://bucket/prefix",
    initial: "",
  };
  const region: Question = {
    variable: "AWS_DEFAULT_REGION",
    flag: "--region",
    message: "Its region",
    initial: "us-east-1",
  };
  const endpoint: Question = {
    variable: "MLFLOW_S3_ENDPOINT_URL",
    flag: "--endpoint",
    message: "Where the store answers, as https://host:port",
    initial: "",
  };
  if (kind !== "s3") return [store, bucket, endpoint, region, ...keys];
  const credentials: Question = {
    variable: "MLSTACK_S3_CREDENTIALS",
    flag: "--s3-credentials",
    message: "How the server logs in there: with keys, or ambient, the role of the machine",
    initial: "keys",
    choices: ["keys", "ambient"],
  };
  const ambient = answers.MLSTACK_S3_CREDENTIALS === "ambient";
  return [store, bucket, region, credentials, ...(ambient ? [] : keys)];
}
