import type { Answers } from "./questions.js";

/** Flags of `init` alone, as commander gives them. */
export interface StoreOptions {
  readonly backendStore?: string;
  readonly artifactStore?: string;
  readonly destination?: string;
  readonly endpoint?: string;
  readonly region?: string;
  readonly s3Credentials?: string;
}

/** What they say, by variable. */
export function storeFlags(options: StoreOptions): Record<string, string> {
  const flags: Answers = {
    MLSTACK_BACKEND_STORE: options.backendStore,
    MLSTACK_ARTIFACT_STORE: options.artifactStore,
    MLFLOW_ARTIFACTS_DESTINATION: options.destination,
    MLFLOW_S3_ENDPOINT_URL: options.endpoint,
    AWS_DEFAULT_REGION: options.region,
    MLSTACK_S3_CREDENTIALS: options.s3Credentials,
  };
  return Object.fromEntries(
    Object.entries(flags).filter((entry): entry is [string, string] => entry[1] !== undefined),
  );
}
