import {
  topologies,
  unreachable,
  type ArtifactStoreKind,
  type ArtifactStoreProps,
  type Problems,
  type Topology,
} from "../constructs/mlflow/index.js";
import type { StoreFromEnvironment } from "./backend-store-props.js";
import { readDataPath } from "./data-path.js";
import type { Machine } from "./load.js";
import type { Environment } from "./schema.js";
import { artifactStoreKind, artifactStoreVariables } from "./store-variables.js";

const destinationName = "MLFLOW_ARTIFACTS_DESTINATION";

/** The store that `MLSTACK_ARTIFACT_STORE` names, or that the form of the destination tells. */
export function artifactStoreFromEnvironment(
  topology: Topology,
  environment: Environment,
  machine: Machine,
  problems: Problems,
): StoreFromEnvironment<ArtifactStoreProps> {
  const destination = environment.MLFLOW_ARTIFACTS_DESTINATION;
  const asked = environment.MLSTACK_ARTIFACT_STORE;
  const scheme = /^([a-z][a-z0-9+.-]+:\/\/)/i.exec(destination ?? "")?.[0];
  if (asked === undefined && scheme !== undefined && !/^(s3|file):/i.test(scheme)) {
    const problem = `must begin with "s3://" or be a folder; begins with "${scheme}"`;
    problems.add(destinationName, problem);
    return { props: undefined };
  }
  const { artifactStores } = topologies[topology];
  const kind = artifactStoreKind(topology, environment);
  if (asked === undefined && !artifactStores.includes(kind)) {
    problems.add(
      destinationName,
      `is for the artifact store "${kind}", and "${topology}" takes ${artifactStores.map((name) => `"${name}"`).join(" or ")}; remove it, or use another topology`,
    );
    return { props: undefined };
  }
  refuseForeignVariables(kind, environment, problems);
  if (kind === "local") {
    const directory =
      destination === undefined
        ? undefined
        : readDataPath(destination, "artifacts", destinationName, machine, problems);
    return { props: { kind }, ...(directory && { directory }) };
  }
  const place = readBucket(kind, destination, problems);
  return { props: place && withBucket(kind, place, environment) };
}

interface Place {
  readonly bucket?: string;
  readonly prefix?: string;
}

function readBucket(
  kind: ArtifactStoreKind,
  destination: string | undefined,
  problems: Problems,
): Place | undefined {
  if (destination === undefined && kind === "rustfs") return {};
  const match = /^s3:\/\/([^/]+)(?:\/(.*?))?\/?$/.exec(destination ?? "");
  if (match) return { bucket: match[1] as string, ...(match[2] && { prefix: match[2] }) };
  problems.add(
    destinationName,
    destination === undefined
      ? `must be set with the artifact store "${kind}", such as "s3://my-bucket/mlflow"`
      : `must be "s3://" and a bucket, such as "s3://my-bucket/mlflow"; got "${destination}"`,
  );
  return undefined;
}

function withBucket(
  kind: Exclude<ArtifactStoreKind, "local">,
  place: Place,
  environment: Environment,
): ArtifactStoreProps {
  const { AWS_DEFAULT_REGION, MLSTACK_S3_CREDENTIALS: credentials } = environment;
  const { bucket = "" } = place;
  const region = AWS_DEFAULT_REGION === undefined ? {} : { region: AWS_DEFAULT_REGION };
  switch (kind) {
    case "rustfs": {
      const image = environment.MLSTACK_RUSTFS_IMAGE;
      return { kind, ...place, ...(image !== undefined && { image }) };
    }
    case "s3":
      return {
        kind,
        ...place,
        bucket,
        ...region,
        ...(credentials !== undefined && { credentials }),
      };
    case "s3-compatible":
      return {
        kind,
        ...place,
        bucket,
        ...region,
        endpoint: environment.MLFLOW_S3_ENDPOINT_URL ?? "",
      };
    default:
      return unreachable(kind);
  }
}

function refuseForeignVariables(
  kind: ArtifactStoreKind,
  environment: Environment,
  problems: Problems,
): void {
  const all = new Set(Object.values(artifactStoreVariables).flat());
  for (const name of all) {
    problems.require(
      environment[name] === undefined || artifactStoreVariables[kind].includes(name),
      name,
      `must not be set with the artifact store "${kind}"; remove it`,
    );
  }
}
