import type { MlflowDeployment } from "../mlflow/index.js";
import type { ArtifactStore } from "./artifact-store.js";
import type { AwsTarget } from "./aws-target.js";
import type { EncryptionKey } from "./encryption-key.js";

/** What every part of a deployment on AWS is made with. */
export interface AwsContext {
  readonly deployment: MlflowDeployment;
  readonly target: AwsTarget;
  /** What names are made of. */
  readonly name: string;
  /** The account; a Terraform reference. */
  readonly accountId: string;
  /** Profile of the jobs' credentials; undefined: what AWS's tools find by themselves. */
  readonly profile: string | undefined;
  readonly key: EncryptionKey;
  /** The same in either shape, so that a change of shape leaves the bucket alone. */
  readonly artifactStore: ArtifactStore;
}

/** Log group of everything that a deployment's containers write. */
export const logGroupName = (name: string): string => `/mlflow-stacks/${name}`;
