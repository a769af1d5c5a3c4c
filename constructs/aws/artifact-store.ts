import { S3BucketLifecycleConfiguration } from "@cdktf/provider-aws/lib/s3-bucket-lifecycle-configuration/index.js";
import { TerraformStack } from "cdktf";
import { Construct } from "constructs";
import type { AwsContext } from "./context.js";
import { oldVersionDays } from "./fixed-sizes.js";
import { bucketParts, PrivateBucket, uploadsGivenUp } from "./private-bucket.js";

/** The bucket of the artifacts, made or named, and who it is. */
export class ArtifactStore extends Construct {
  readonly bucket: string;
  readonly prefix: string;
  /** What must be there before the server is. */
  readonly ready: readonly PrivateBucket[];

  constructor(
    scope: Construct,
    id: string,
    { deployment, target }: Pick<AwsContext, "deployment" | "target">,
  ) {
    super(scope, id);
    const { artifactStore } = deployment;
    if (artifactStore.kind !== "s3") throw new Error("bug: the target table lets only s3 in");
    this.bucket = artifactStore.bucket;
    this.prefix = artifactStore.prefix;
    this.ready = target.createBucket ? [this.make(target.protect)] : [];
    if (!target.createBucket) this.forget();
  }

  /**
   * With the bucket the order not to destroy it goes out of the configuration. Terraform shall forget
   * one that it made, and leave it with its settings where it is.
   *
   * @see https://developer.hashicorp.com/terraform/language/resources/syntax#removing-resources
   */
  private forget(): void {
    const stack = TerraformStack.of(this);
    // Stand-ins at the paths of the resources, for their addresses.
    const bucket = new Construct(this, "bucket");
    const parts = Object.entries(bucketParts).map(([id, type]) => [type, bucket, id] as const);
    const lifecycle = [S3BucketLifecycleConfiguration.tfResourceType, this, "lifecycle"] as const;
    const removed = [...parts, lifecycle].map(([type, scope, id]) => ({
      from: `${type}.${stack.getLogicalId(new Construct(scope, id).node)}`,
      lifecycle: { destroy: false },
    }));
    stack.addOverride("removed", removed);
  }

  private make(protect: boolean): PrivateBucket {
    const made = new PrivateBucket(this, "bucket", { bucket: this.bucket, protect });
    new S3BucketLifecycleConfiguration(this, "lifecycle", {
      bucket: made.resource.id,
      rule: [
        uploadsGivenUp,
        {
          id: "old-versions",
          status: "Enabled",
          filter: [{ prefix: "" }],
          noncurrentVersionExpiration: [{ noncurrentDays: oldVersionDays }],
        },
      ],
      dependsOn: [made.versioning],
    });
    return made;
  }
}
