import type { DbInstance } from "@cdktf/provider-aws/lib/db-instance/index.js";
import { Construct } from "constructs";
import { mlflowVersion } from "../mlflow/index.js";
import { AwsJob } from "./aws-job.js";
import type { AwsContext } from "./context.js";
import type { DataVolume } from "./data-volume.js";

export interface ReleaseSnapshotProps {
  readonly context: AwsContext;
  /** What the database is on: RDS, or the volume beside the instance. */
  readonly of: DbInstance | DataVolume;
}

/**
 * Before an instance with another release of MLflow, which migrates the database as it starts:
 * Terraform has ended the one before when this runs.
 */
export class ReleaseSnapshot extends Construct {
  readonly job: AwsJob;

  constructor(scope: Construct, id: string, { context, of }: ReleaseSnapshotProps) {
    super(scope, id);
    const { name, target } = context;
    const saved = "identifier" in of ? { database: of.identifier } : { volume: of.resource.id };
    this.job = new AwsJob(this, "run", {
      verb: "snapshot",
      context,
      input: { region: target.region, name, version: mlflowVersion, ...saved },
      triggers: { version: mlflowVersion },
      dependsOn: "identifier" in of ? [of] : [],
    });
  }
}
