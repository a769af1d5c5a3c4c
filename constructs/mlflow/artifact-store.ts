import type { RequirementGroup } from "./container.js";
import { unreachable, type Problems } from "./errors.js";
import { address, dataPath, envValue, literal, secretFile, type EnvValue } from "./env-value.js";
import { requireImage } from "./image.js";
import { withoutUser } from "./public-url.js";
import { deploymentSecret, type DeploymentSecret, type SecretName } from "./secrets.js";
import { images } from "./versions.js";

interface BucketProps {
  /** 3 to 63 characters of `a-z`, `0-9`, `-` and `.`; no IP address. */
  readonly bucket: string;
  /** Key prefix inside the bucket, without slashes at its ends. @default - the bucket's root */
  readonly prefix?: string;
}

/**
 * Where MLflow keeps models, plots and other files. All of them are reached through the tracking
 * server, so the database only holds `mlflow-artifacts:/…` and the store can be swapped later.
 *
 * @see https://mlflow.org/docs/latest/self-hosting/architecture/artifact-store/
 */
export type ArtifactStoreProps =
  /** A directory under the data directory. */
  | { readonly kind: "local" }
  /** A RustFS container of the deployment. */
  | (Partial<BucketProps> & {
      readonly kind: "rustfs";
      /** @default "rustfs/rustfs:1.0.1" */
      readonly image?: string;
    })
  /** Amazon S3. */
  | (BucketProps & {
      readonly kind: "s3";
      /** @default "us-east-1" */
      readonly region?: string;
      /**
       * `keys`: the secrets `AWS_ACCESS_KEY_ID` and `AWS_SECRET_ACCESS_KEY`; `ambient`: the role of
       * the machine. @default "keys"
       */
      readonly credentials?: "keys" | "ambient";
    })
  /** Any other server that speaks S3: MinIO, Garage, VersityGW, SeaweedFS, Ceph, R2, … */
  | (BucketProps & {
      readonly kind: "s3-compatible";
      /** `http://` or `https://` and a host, as the tracking server reaches it. */
      readonly endpoint: string;
      /** @default "us-east-1" */
      readonly region?: string;
    });

interface Bucket {
  readonly bucket: string;
  readonly prefix: string;
  readonly region: string;
}

export type ArtifactStore =
  | { readonly kind: "local" }
  | (Bucket & { readonly kind: "rustfs"; readonly image: string })
  | (Bucket & { readonly kind: "s3"; readonly credentials: "keys" | "ambient" })
  | (Bucket & { readonly kind: "s3-compatible"; readonly endpoint: string });

export type ArtifactStoreKind = ArtifactStore["kind"];

export const artifactStoreKinds = [
  "local",
  "rustfs",
  "s3",
  "s3-compatible",
] as const satisfies readonly ArtifactStoreKind[];

/** Whether bucket-init makes the bucket of a kind: always, when asked, or never, and why. */
export const bucketMaking: Readonly<
  Record<ArtifactStoreKind, "always" | "when-asked" | { readonly never: string }>
> = {
  local: { never: "has no bucket" },
  rustfs: "always",
  s3: { never: "has it made in AWS, where its owner and policy are decided" },
  "s3-compatible": "when-asked",
};

const defaultRegion = "us-east-1";

export function resolveArtifactStore(props: ArtifactStoreProps, problems: Problems): ArtifactStore {
  switch (props.kind) {
    case "local":
      return { kind: "local" };
    case "rustfs": {
      const image = props.image ?? images.rustfs;
      requireImage(image, "artifactStore.image", problems);
      return { kind: "rustfs", ...resolveBucket({ bucket: "mlflow", ...props }, problems), image };
    }
    case "s3": {
      const credentials = props.credentials ?? "keys";
      problems.require(
        credentials === "keys" || credentials === "ambient",
        "artifactStore.credentials",
        `must be "keys" or "ambient"; got "${String(credentials)}"`,
      );
      return { kind: "s3", ...resolveBucket(props, problems), credentials };
    }
    case "s3-compatible":
      requireEndpoint(props.endpoint, problems);
      return {
        kind: "s3-compatible",
        ...resolveBucket(props, problems),
        endpoint: props.endpoint.replace(/\/+$/, ""),
      };
    default:
      return unreachable(props);
  }
}

function resolveBucket(
  props: BucketProps & { readonly region?: string },
  problems: Problems,
): Bucket {
  const { bucket, prefix = "", region = defaultRegion } = props;
  problems.require(
    /^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$/.test(bucket) && !/\.\.|^\d+\.\d+\.\d+\.\d+$/.test(bucket),
    "artifactStore.bucket",
    `must be 3 to 63 characters of a-z, 0-9, "-" and ".", begin and end with a letter or digit, have no two dots together and be no IP address; got "${bucket}"`,
  );
  problems.require(
    prefix === "" || /^[A-Za-z0-9!_.'()-]+(\/[A-Za-z0-9!_.'()-]+)*$/.test(prefix),
    "artifactStore.prefix",
    `must be names of A-Z a-z 0-9 ! _ . ' ( ) - joined by "/", without "/" at its ends; got "${prefix}"`,
  );
  problems.require(
    /^[a-z0-9-]+$/.test(region),
    "artifactStore.region",
    `must be a region such as "eu-central-1"; got "${region}"`,
  );
  return { bucket, prefix, region };
}

function requireEndpoint(endpoint: string, problems: Problems): void {
  const valid = /^https?:\/\/[A-Za-z0-9.[\]:-]+\/?$/.test(endpoint) && URL.canParse(endpoint);
  problems.require(
    valid,
    "artifactStore.endpoint",
    `must be "http://" or "https://" and a host, without a path; got "${withoutUser(endpoint)}"`,
  );
}

/** What the tracking server's environment says about the store. */
export function artifactStoreEnvironment(store: ArtifactStore): Record<string, EnvValue> {
  switch (store.kind) {
    case "local":
      return { MLFLOW_ARTIFACTS_DESTINATION: dataPath("artifacts", "file-uri") };
    case "rustfs":
      return {
        ...bucketEnvironment(store),
        ...keyEnvironment("MLFLOW_RUSTFS_ACCESS_KEY", "MLFLOW_RUSTFS_SECRET_KEY"),
        ...s3ServerEnvironment(envValue`http://${address("artifact-store")}:9000`),
      };
    case "s3":
      return {
        ...bucketEnvironment(store),
        ...(store.credentials === "keys" ? ownKeyEnvironment : {}),
      };
    case "s3-compatible":
      return {
        ...bucketEnvironment(store),
        ...ownKeyEnvironment,
        ...s3ServerEnvironment(literal(store.endpoint)),
      };
    default:
      return unreachable(store);
  }
}

const keyEnvironment = (id: SecretName, secret: SecretName): Record<string, EnvValue> => ({
  AWS_ACCESS_KEY_ID_FILE: secretFile(id),
  AWS_SECRET_ACCESS_KEY_FILE: secretFile(secret),
});

const ownKeyEnvironment = keyEnvironment("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY");

function bucketEnvironment({ bucket, prefix, region }: Bucket): Record<string, EnvValue> {
  const path = prefix === "" ? bucket : `${bucket}/${prefix}`;
  return {
    MLFLOW_ARTIFACTS_DESTINATION: literal(`s3://${path}`),
    AWS_DEFAULT_REGION: literal(region),
  };
}

/** Servers other than Amazon's reject the checksums that boto3 1.36 and newer adds by itself. */
function s3ServerEnvironment(endpoint: EnvValue): Record<string, EnvValue> {
  return {
    MLFLOW_S3_ENDPOINT_URL: endpoint,
    AWS_REQUEST_CHECKSUM_CALCULATION: literal("when_required"),
    AWS_RESPONSE_CHECKSUM_VALIDATION: literal("when_required"),
  };
}

export function artifactStoreSecrets(store: ArtifactStore): readonly DeploymentSecret[] {
  switch (store.kind) {
    case "local":
      return [];
    case "rustfs":
      return [
        deploymentSecret("RUSTFS_ACCESS_KEY"),
        deploymentSecret("RUSTFS_SECRET_KEY"),
        deploymentSecret("MLFLOW_RUSTFS_ACCESS_KEY"),
        deploymentSecret("MLFLOW_RUSTFS_SECRET_KEY"),
      ];
    case "s3":
      return store.credentials === "keys" ? ownKeys() : [];
    case "s3-compatible":
      return ownKeys();
    default:
      return unreachable(store);
  }
}

const ownKeys = () => [
  deploymentSecret("AWS_ACCESS_KEY_ID"),
  deploymentSecret("AWS_SECRET_ACCESS_KEY"),
];

/** The client library that the tracking server's image needs. */
export function artifactStoreRequirements(store: ArtifactStore): readonly RequirementGroup[] {
  switch (store.kind) {
    case "local":
      return [];
    case "rustfs":
    case "s3":
    case "s3-compatible":
      return ["s3"];
    default:
      return unreachable(store);
  }
}
