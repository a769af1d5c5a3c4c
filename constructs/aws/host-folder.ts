import { S3BucketLifecycleConfiguration } from "@cdktf/provider-aws/lib/s3-bucket-lifecycle-configuration/index.js";
import { S3Object } from "@cdktf/provider-aws/lib/s3-object/index.js";
import { AssetType, TerraformAsset, type ITerraformDependable } from "cdktf";
import { Construct } from "constructs";
import { createHash } from "node:crypto";
import { temporaryFolder } from "../image/index.js";
import type { AwsContext } from "./context.js";
import { PrivateBucket, uploadsGivenUp } from "./private-bucket.js";

/** What an instance runs, by path: the Compose files, and below `boot/` what starts them. */
export type HostFiles = Readonly<Record<string, string>>;

/** 64 hex digits that change with any file; the instance computes them again from what it gets. */
export function hashOf(files: HostFiles): string {
  const hash = createHash("sha256");
  for (const path of Object.keys(files).sort()) hash.update(`${path}\0${files[path]}\0`);
  return hash.digest("hex");
}

/**
 * The files in a bucket of their own, below the hash of all: who may write artifacts must not write
 * what root runs.
 */
export class HostFolder extends Construct {
  readonly bucket: string;
  readonly hash: string;
  readonly paths: readonly string[];
  /** What must be there before an instance asks for it. */
  readonly ready: readonly ITerraformDependable[];

  constructor(scope: Construct, id: string, context: AwsContext, files: HostFiles) {
    super(scope, id);
    this.bucket = filesBucket(context);
    this.hash = hashOf(files);
    this.paths = Object.keys(files).sort();
    const made = this.addBucket(context.target.protect);
    const asset = new TerraformAsset(this, "files", {
      path: temporaryFolder(files),
      type: AssetType.DIRECTORY,
      assetHash: this.hash,
    });
    const objects = this.paths.map((path) => {
      return new S3Object(this, path, {
        bucket: made.resource.id,
        key: `${this.hash}/${path}`,
        source: `\${path.module}/${asset.path}/${path}`,
        dependsOn: [made.policy, made.versioning],
      });
    });
    this.ready = [made.policy, ...objects];
  }

  private addBucket(protect: boolean): PrivateBucket {
    const made = new PrivateBucket(this, "bucket", { bucket: this.bucket, protect });
    new S3BucketLifecycleConfiguration(this, "lifecycle", {
      bucket: made.resource.id,
      rule: [uploadsGivenUp],
      dependsOn: [made.versioning],
    });
    return made;
  }
}

/** Names of buckets are the whole world's: an account's number and a region make one ours. */
export const filesBucket = ({ name, accountId, target }: AwsContext): string =>
  `${name}-files-${accountId}-${target.region}`;
