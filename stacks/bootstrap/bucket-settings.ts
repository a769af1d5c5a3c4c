import {
  GetBucketEncryptionCommand,
  GetBucketLifecycleConfigurationCommand,
  GetBucketOwnershipControlsCommand,
  GetBucketPolicyCommand,
  GetBucketVersioningCommand,
  GetPublicAccessBlockCommand,
  PutBucketEncryptionCommand,
  PutBucketLifecycleConfigurationCommand,
  PutBucketOwnershipControlsCommand,
  PutBucketPolicyCommand,
  PutBucketVersioningCommand,
  PutPublicAccessBlockCommand,
  type LifecycleRule,
  type S3Client,
} from "@aws-sdk/client-s3";
import { isDeepStrictEqual } from "node:util";
import { tlsOnlyPolicy, type Statement } from "../../constructs/aws/policy.js";

/** The bucket, and the account that must own it. */
export interface Where {
  readonly Bucket: string;
  readonly ExpectedBucketOwner: string;
}

/** One setting of the bucket of the state. */
export interface BucketSetting {
  /** `versioning` */
  readonly title: string;
  /** `other`: somebody has set it to something else, which is not to be replaced unasked. */
  readonly state: (s3: S3Client, where: Where) => Promise<"right" | "missing" | "other">;
  readonly set: (s3: S3Client, where: Where) => Promise<unknown>;
}

/** What a setting is, or undefined where the bucket has none. */
async function orNothing<T>(asked: Promise<T>): Promise<T | undefined> {
  try {
    return await asked;
  } catch (error) {
    const { name } = error as Error;
    if (/^NoSuch(?!Bucket$)|NotFoundError$/.test(name)) return undefined;
    throw error;
  }
}

const rightIf = (right: boolean) => (right ? "right" : "missing");

const closed = {
  BlockPublicAcls: true,
  BlockPublicPolicy: true,
  IgnorePublicAcls: true,
  RestrictPublicBuckets: true,
};

const publicAccess: BucketSetting = {
  title: "no public access",
  state: async (s3, where) => {
    const found = await orNothing(s3.send(new GetPublicAccessBlockCommand(where)));
    return rightIf(isDeepStrictEqual({ ...found?.PublicAccessBlockConfiguration }, closed));
  },
  set: (s3, where) =>
    s3.send(new PutPublicAccessBlockCommand({ ...where, PublicAccessBlockConfiguration: closed })),
};

const ownership: BucketSetting = {
  title: "one owner of all objects",
  state: async (s3, where) => {
    const found = await orNothing(s3.send(new GetBucketOwnershipControlsCommand(where)));
    const [rule] = found?.OwnershipControls?.Rules ?? [];
    return rightIf(rule?.ObjectOwnership === "BucketOwnerEnforced");
  },
  set: (s3, where) => {
    const OwnershipControls = { Rules: [{ ObjectOwnership: "BucketOwnerEnforced" as const }] };
    return s3.send(new PutBucketOwnershipControlsCommand({ ...where, OwnershipControls }));
  },
};

const encryption: BucketSetting = {
  title: "encryption",
  state: async (s3, where) => {
    const found = await orNothing(s3.send(new GetBucketEncryptionCommand(where)));
    const [rule] = found?.ServerSideEncryptionConfiguration?.Rules ?? [];
    // With a key of the account's own it is as good.
    return rightIf(rule?.ApplyServerSideEncryptionByDefault?.SSEAlgorithm !== undefined);
  },
  set: (s3, where) => {
    const rule = { ApplyServerSideEncryptionByDefault: { SSEAlgorithm: "AES256" as const } };
    const ServerSideEncryptionConfiguration = { Rules: [rule] };
    return s3.send(new PutBucketEncryptionCommand({ ...where, ServerSideEncryptionConfiguration }));
  },
};

const versioning: BucketSetting = {
  title: "versioning",
  state: async (s3, where) => {
    const { Status } = await s3.send(new GetBucketVersioningCommand(where));
    return rightIf(Status === "Enabled");
  },
  set: (s3, where) => {
    const VersioningConfiguration = { Status: "Enabled" as const };
    return s3.send(new PutBucketVersioningCommand({ ...where, VersioningConfiguration }));
  },
};

const policy: BucketSetting = {
  title: "TLS only",
  state: async (s3, where) => {
    const found = await orNothing(s3.send(new GetBucketPolicyCommand(where)));
    if (found?.Policy === undefined) return "missing";
    const wanted = statements(tlsOnlyPolicy(where.Bucket));
    const present = statements(found.Policy);
    // By name, because S3 may write the same statement in another way.
    const has = ({ Sid, Effect }: Statement) =>
      present.some((one) => one.Sid === Sid && one.Effect === Effect);
    return wanted.every(has) ? "right" : "other";
  },
  set: (s3, where) => {
    return s3.send(new PutBucketPolicyCommand({ ...where, Policy: tlsOnlyPolicy(where.Bucket) }));
  },
};

const statements = (text: string) =>
  (JSON.parse(text) as { readonly Statement: readonly Statement[] }).Statement;

/** A state of a year ago helps nobody; a write that was given up costs for ever. */
const rules: readonly LifecycleRule[] = [
  {
    ID: "old-versions",
    Status: "Enabled",
    Filter: { Prefix: "" },
    NoncurrentVersionExpiration: { NoncurrentDays: 365 },
  },
  {
    ID: "uploads-that-were-given-up",
    Status: "Enabled",
    Filter: { Prefix: "" },
    AbortIncompleteMultipartUpload: { DaysAfterInitiation: 7 },
  },
];

const lifecycle: BucketSetting = {
  title: "old versions go after 365 days",
  state: async (s3, where) => {
    const found = await orNothing(s3.send(new GetBucketLifecycleConfigurationCommand(where)));
    const present = found?.Rules ?? [];
    if (present.length === 0) return "missing";
    const ids = present.map(({ ID }) => ID);
    return rules.every(({ ID }) => ids.includes(ID)) ? "right" : "other";
  },
  set: (s3, where) => {
    const LifecycleConfiguration = { Rules: [...rules] };
    return s3.send(
      new PutBucketLifecycleConfigurationCommand({ ...where, LifecycleConfiguration }),
    );
  },
};

/** In the order in which they are set: first of all nobody else gets in. */
export const bucketSettings: readonly BucketSetting[] = [
  publicAccess,
  ownership,
  encryption,
  versioning,
  policy,
  lifecycle,
];
