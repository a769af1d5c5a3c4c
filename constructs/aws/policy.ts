/** A statement of a policy, as IAM reads it. */
export interface Statement {
  readonly Sid: string;
  readonly Effect: "Allow" | "Deny";
  readonly Principal?: string | Readonly<Record<string, string>>;
  readonly Action: string | readonly string[];
  readonly Resource?: string | readonly string[];
  readonly Condition?: Readonly<
    Record<string, Readonly<Record<string, string | readonly string[]>>>
  >;
}

/** The text of a policy. ARNs in it may be Terraform references. */
export const policyText = (statements: readonly Statement[]): string =>
  JSON.stringify({ Version: "2012-10-17", Statement: statements });

export const bucketArn = (bucket: string): string => `arn:aws:s3:::${bucket}`;

/** Who may take a role on, and only for what runs in this account. */
export const trustPolicy = (service: string, accountId: string): string =>
  policyText([
    {
      Sid: "Trust",
      Effect: "Allow",
      Principal: { Service: service },
      Action: "sts:AssumeRole",
      // EC2 gives no account along, and instances are of this one anyway.
      ...(service !== "ec2.amazonaws.com" && {
        Condition: { StringEquals: { "aws:SourceAccount": accountId } },
      }),
    },
  ]);

/**
 * What the tracking server does to its artifacts, below its prefix and nowhere else.
 *
 * @param prefix - without slashes at its ends; empty: the whole bucket
 */
export function artifactStatements(bucket: string, prefix: string): readonly Statement[] {
  const arn = bucketArn(bucket);
  return [
    {
      Sid: "Artifacts",
      Effect: "Allow",
      Action: [
        "s3:GetObject",
        "s3:PutObject",
        "s3:DeleteObject",
        "s3:AbortMultipartUpload",
        "s3:ListMultipartUploadParts",
      ],
      Resource: prefix === "" ? `${arn}/*` : `${arn}/${prefix}/*`,
    },
    {
      Sid: "ListArtifacts",
      Effect: "Allow",
      Action: "s3:ListBucket",
      Resource: arn,
      ...(prefix !== "" && {
        Condition: { StringLike: { "s3:prefix": [prefix, `${prefix}/*`] } },
      }),
    },
  ];
}

/**
 * Opens secrets that are there already under whatever key they have, which is known to AWS alone;
 * by Secrets Manager, and these secrets only. A key of another policy than AWS's first one has to
 * let the account's roles decide, too.
 *
 * @see https://docs.aws.amazon.com/secretsmanager/latest/userguide/security-encryption.html#security-encryption-encryption-context
 */
export function givenSecretStatements(arns: readonly string[]): readonly Statement[] {
  const [first] = arns;
  if (first === undefined) return [];
  const [, , , region = ""] = first.split(":");
  const accounts = new Set(arns.map((arn) => arn.split(":")[4] ?? ""));
  return [
    {
      Sid: "DecryptGiven",
      Effect: "Allow",
      Action: "kms:Decrypt",
      Resource: [...accounts].map((account) => `arn:aws:kms:${region}:${account}:key/*`),
      Condition: {
        StringEquals: {
          "kms:ViaService": `secretsmanager.${region}.amazonaws.com`,
          "kms:EncryptionContext:SecretARN": arns,
        },
      },
    },
  ];
}

/** Plain HTTP and old TLS are refused to everybody. */
export const tlsOnlyPolicy = (bucket: string): string => {
  const Resource = [bucketArn(bucket), `${bucketArn(bucket)}/*`];
  const deny = { Effect: "Deny", Principal: "*", Action: "s3:*", Resource } as const;
  return policyText([
    { ...deny, Sid: "TlsOnly", Condition: { Bool: { "aws:SecureTransport": "false" } } },
    { ...deny, Sid: "NewTlsOnly", Condition: { NumericLessThan: { "s3:TlsVersion": "1.2" } } },
  ]);
};

/**
 * What passes the VPC's own way to S3: these buckets and nobody else's, so that nothing can be
 * carried off to another account's.
 *
 * @param readable - further objects that are only read, as ARNs
 */
export const endpointPolicy = (buckets: readonly string[], readable: readonly string[]): string =>
  policyText([
    {
      Sid: "OwnBuckets",
      Effect: "Allow",
      Principal: "*",
      Action: "s3:*",
      Resource: buckets.flatMap((bucket) => [bucketArn(bucket), `${bucketArn(bucket)}/*`]),
    },
    ...(readable.length === 0
      ? []
      : [
          {
            Sid: "Read",
            Effect: "Allow",
            Principal: "*",
            Action: "s3:GetObject",
            Resource: readable,
          } as const,
        ]),
  ]);
