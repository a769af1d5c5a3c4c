import { parse } from "yaml";
import type { DockerHostProps } from "../../constructs/docker/index.js";
import {
  resolveDeployment,
  type MlflowDeployment,
  type MlflowDeploymentProps,
} from "../../constructs/mlflow/index.js";
import {
  formatEnvFile,
  renderComposeFolder,
  type BuildContextAssets,
  type ComposeFile,
  type OutputFile,
} from "../../compose-templates/index.js";
import { localhostDatabase, localhostFiles, remoteServer } from "./deployments.js";

export interface GoldenCase {
  readonly name: string;
  readonly props: MlflowDeploymentProps;
  /** All that someone without Node needs, or only what differs from the topology's own case. */
  readonly files: "all" | "compose-and-env";
  /** Host of the case's Terraform configuration. @default - the engine of this machine */
  readonly dockerHost?: DockerHostProps;
}

/** Every folder of `compose-templates/golden` and of `constructs/docker/golden`. */
export const goldenCases: readonly GoldenCase[] = [
  { name: "localhost-files", props: localhostFiles(), files: "all" },
  { name: "localhost-database", props: localhostDatabase(), files: "all" },
  { name: "remote-server", props: remoteServer(), files: "all" },
  {
    name: "remote-server-s3",
    props: remoteServer({ artifactStore: { kind: "s3", bucket: "example-mlflow" } }),
    files: "compose-and-env",
  },
  {
    name: "remote-server-external",
    props: remoteServer({
      trackingServer: {
        bindAddress: "192.168.1.20",
        publicUrls: ["https://mlflow.example.com"],
        login: { adminUsername: "ops", defaultPermission: "READ" },
      },
      backendStore: { kind: "external", driver: "mysql+pymysql" },
      artifactStore: {
        kind: "s3-compatible",
        endpoint: "https://minio.example.com:9000",
        bucket: "mlflow",
        prefix: "team/a",
        region: "eu-central-1",
      },
      bucketInit: true,
    }),
    files: "compose-and-env",
    dockerHost: { url: "ssh://ops@192.168.1.20:2222", jump: "gate.example.com" },
  },
  {
    name: "localhost-database-small",
    props: localhostDatabase({
      profile: "small",
      trackingServer: {
        dataDirectory: { style: "posix", path: "/srv/mlflow data" },
        user: "1000:1000",
        port: 5001,
      },
      backendStore: { kind: "postgres" },
    }),
    files: "compose-and-env",
  },
];

/** The files of one case. Paths are relative to its folder. */
export function renderGolden(
  { props, files }: GoldenCase,
  assets: BuildContextAssets,
): readonly OutputFile[] {
  const deployment = resolveDeployment(props);
  const folder = renderComposeFolder(deployment, assets);
  const example = {
    path: ".env.example",
    text: formatEnvFile(deployment.secrets, {}, undefined),
  };
  return files === "all"
    ? [...folder, example]
    : [...folder.filter(({ path }) => path === "docker-compose.yml"), example];
}

/** The Compose file of a deployment, as a reader of its YAML sees it. */
export function composeOf(deployment: MlflowDeployment, assets: BuildContextAssets): ComposeFile {
  const file = renderComposeFolder(deployment, assets).find(
    ({ path }) => path === "docker-compose.yml",
  );
  return parse(file?.text ?? "") as ComposeFile;
}
