import {
  hostProfileNames,
  topologies,
  topologyNames,
  type Topology,
} from "../../constructs/mlflow/index.js";
import type { VariableName } from "../../env/schema.js";

/** One thing `init` asks, and the flag that answers it. */
export interface Question {
  readonly variable: VariableName;
  readonly flag: string;
  readonly message: string;
  /** Empty: the variable stays unset and the default applies. */
  readonly initial: string;
  readonly choices?: readonly string[];
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
export function questions(
  topology: Topology,
  answers: Readonly<Partial<Record<VariableName, string>>>,
): readonly Question[] {
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
  return topology === "remote-server"
    ? [size, ...addressQuestions(answers), port, ...storeQuestions(answers)]
    : [size, port, dataQuestion];
}

const dataQuestion: Question = {
  variable: "MLSTACK_DATA_DIRECTORY",
  flag: "--data-directory",
  message: "Folder for the data (empty: a Docker volume, or the output folder)",
  initial: "",
};

function addressQuestions(
  answers: Readonly<Partial<Record<VariableName, string>>>,
): readonly Question[] {
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

function storeQuestions(
  answers: Readonly<Partial<Record<VariableName, string>>>,
): readonly Question[] {
  const kind = answers.MLSTACK_ARTIFACT_STORE ?? "rustfs";
  const store: Question = {
    variable: "MLSTACK_ARTIFACT_STORE",
    flag: "--artifact-store",
    message: "Where artifacts are kept",
    initial: "rustfs",
    choices: topologies["remote-server"].artifactStores,
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
  return kind === "s3" ? [store, bucket, region] : [store, bucket, endpoint, region];
}
