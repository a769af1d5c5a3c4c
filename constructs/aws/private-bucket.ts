import { S3Bucket } from "@cdktf/provider-aws/lib/s3-bucket/index.js";
import { S3BucketOwnershipControls } from "@cdktf/provider-aws/lib/s3-bucket-ownership-controls/index.js";
import { S3BucketPolicy } from "@cdktf/provider-aws/lib/s3-bucket-policy/index.js";
import { S3BucketPublicAccessBlock } from "@cdktf/provider-aws/lib/s3-bucket-public-access-block/index.js";
import { S3BucketServerSideEncryptionConfigurationA } from "@cdktf/provider-aws/lib/s3-bucket-server-side-encryption-configuration/index.js";
import { S3BucketVersioningA } from "@cdktf/provider-aws/lib/s3-bucket-versioning/index.js";
import { Construct } from "constructs";
import { tlsOnlyPolicy } from "./policy.js";

export interface PrivateBucketProps {
  readonly bucket: string;
  /** Refuse to destroy it. */
  readonly protect: boolean;
}

/** Types of what such a bucket is made of, by their ids. */
export const bucketParts: Readonly<Record<string, string>> = {
  Resource: S3Bucket.tfResourceType,
  "public-access": S3BucketPublicAccessBlock.tfResourceType,
  ownership: S3BucketOwnershipControls.tfResourceType,
  encryption: S3BucketServerSideEncryptionConfigurationA.tfResourceType,
  versioning: S3BucketVersioningA.tfResourceType,
  policy: S3BucketPolicy.tfResourceType,
};

/** Rule of its lifecycle: parts of an upload that never came to its end are paid for, and seen by nobody. */
export const uploadsGivenUp = {
  id: "uploads-that-were-given-up",
  status: "Enabled",
  filter: [{ prefix: "" }],
  abortIncompleteMultipartUpload: [{ daysAfterInitiation: 7 }],
};

/** A bucket that only its account reads, by TLS, and that keeps old versions. */
export class PrivateBucket extends Construct {
  readonly resource: S3Bucket;
  readonly versioning: S3BucketVersioningA;
  /** The last of its parts: with it the bucket is closed to others. */
  readonly policy: S3BucketPolicy;

  constructor(scope: Construct, id: string, { bucket, protect }: PrivateBucketProps) {
    super(scope, id);
    this.resource = new S3Bucket(this, "Resource", {
      bucket,
      forceDestroy: false,
      lifecycle: { preventDestroy: protect },
    });
    const { id: made } = this.resource;
    const closed = new S3BucketPublicAccessBlock(this, "public-access", {
      bucket: made,
      blockPublicAcls: true,
      blockPublicPolicy: true,
      ignorePublicAcls: true,
      restrictPublicBuckets: true,
    });
    new S3BucketOwnershipControls(this, "ownership", {
      bucket: made,
      rule: { objectOwnership: "BucketOwnerEnforced" },
    });
    new S3BucketServerSideEncryptionConfigurationA(this, "encryption", {
      bucket: made,
      rule: [{ applyServerSideEncryptionByDefault: { sseAlgorithm: "AES256" } }],
    });
    this.versioning = new S3BucketVersioningA(this, "versioning", {
      bucket: made,
      versioningConfiguration: { status: "Enabled" },
    });
    this.policy = new S3BucketPolicy(this, "policy", {
      bucket: made,
      policy: tlsOnlyPolicy(bucket),
      // S3 answers 409 when two settings of a new bucket are changed at once.
      dependsOn: [closed],
    });
  }
}
