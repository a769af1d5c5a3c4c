import { expect, test } from "vitest";
import { topologyNames, type Topology } from "../../constructs/mlflow/index.js";
import { loadDeployment } from "../../env/load.js";
import { variableNames, type VariableName } from "../../env/schema.js";
import { isSecret, variablesOf } from "../../env/topology-variables.js";
import { linux } from "./machines.js";

/** What turns each kind of deployment on that a topology can be. */
const variants: Readonly<Record<Topology, readonly Readonly<Record<string, string>>[]>> = {
  "localhost-files": [{}],
  "localhost-database": [
    {},
    { MLSTACK_LOGIN: "true" },
    { MLSTACK_BACKEND_STORE: "postgres" },
    { MLSTACK_BACKEND_STORE: "external" },
  ],
  "remote-server": [
    {},
    { MLSTACK_BACKEND_STORE: "external" },
    { MLFLOW_ARTIFACTS_DESTINATION: "s3://example" },
    {
      MLFLOW_ARTIFACTS_DESTINATION: "s3://example",
      MLFLOW_S3_ENDPOINT_URL: "https://s3.example.com",
    },
  ],
};

/** A value that is not the default, where any text will not do. */
const samples: Readonly<Partial<Record<VariableName, string>>> = {
  MLSTACK_RUNTIME: "docker",
  MLSTACK_PROFILE: "small",
  MLFLOW_HOST: "127.0.0.2",
  MLFLOW_PORT: "5001",
  MLSTACK_PUBLIC_URLS: "http://127.0.0.1:5000",
  MLFLOW_WORKERS: "1",
  MLSTACK_DATA_DIRECTORY: "/srv/x",
  MLSTACK_LOGIN: "true",
  MLSTACK_DEFAULT_PERMISSION: "READ",
  MLSTACK_BACKEND_STORE: "external",
  MLSTACK_ARTIFACT_STORE: "rustfs",
  MLSTACK_S3_CREDENTIALS: "ambient",
  MLSTACK_BUCKET_INIT: "true",
  MLSTACK_POSTGRES_IMAGE: "postgres:18",
  MLSTACK_RUSTFS_IMAGE: "rustfs/rustfs:2",
  MLFLOW_S3_ENDPOINT_URL: "https://other.example.com",
  AWS_DEFAULT_REGION: "eu-central-1",
};

/** Whether some deployment of the topology takes the variable and, of a secret, uses it. */
function hasUse(topology: Topology, name: VariableName): boolean {
  return variants[topology].some((variant) => {
    const folder = topology === "remote-server" ? "s3://other" : "/srv/x/artifacts";
    const value = samples[name] ?? (name === "MLFLOW_ARTIFACTS_DESTINATION" ? folder : "sample");
    try {
      const values = isSecret(name) ? variant : { ...variant, [name]: value };
      const { deployment } = loadDeployment(topology, values, linux);
      return !isSecret(name) || deployment.secrets.some((secret) => secret.name === name);
    } catch {
      return false;
    }
  });
}

test.each(topologyNames)("the example of %s has what it can use and nothing else", (topology) => {
  // The kinds of one choice, the URI that only says a path, and the one worker are left out or in
  // for what they tell, not for what is refused.
  const told = (name: VariableName) =>
    !["MLSTACK_ARTIFACT_STORE", "MLFLOW_BACKEND_STORE_URI", "MLFLOW_WORKERS"].includes(name);
  const useful = variableNames.filter((name) => told(name) && hasUse(topology, name));
  expect(variablesOf(topology).filter(told)).toStrictEqual(useful);
});
