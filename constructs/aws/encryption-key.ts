import { KmsAlias } from "@cdktf/provider-aws/lib/kms-alias/index.js";
import { KmsKey } from "@cdktf/provider-aws/lib/kms-key/index.js";
import { Construct } from "constructs";
import { policyText } from "./policy.js";

export interface EncryptionKeyProps {
  readonly name: string;
  readonly accountId: string;
  readonly region: string;
  readonly protect: boolean;
}

/**
 * The key of the database, the volumes, the secrets and the logs. Artifacts have S3's own: a key of
 * ours would be one more thing whose loss loses them.
 */
export class EncryptionKey extends Construct {
  readonly resource: KmsKey;

  constructor(
    scope: Construct,
    id: string,
    { name, accountId, region, protect }: EncryptionKeyProps,
  ) {
    super(scope, id);
    this.resource = new KmsKey(this, "Resource", {
      description: `MLflow deployment ${name}`,
      enableKeyRotation: true,
      deletionWindowInDays: 30,
      policy: policyText([
        {
          Sid: "Account",
          Effect: "Allow",
          Principal: { AWS: `arn:aws:iam::${accountId}:root` },
          Action: "kms:*",
          Resource: "*",
        },
        {
          Sid: "Logs",
          Effect: "Allow",
          Principal: { Service: `logs.${region}.amazonaws.com` },
          Action: [
            "kms:Encrypt*",
            "kms:Decrypt*",
            "kms:ReEncrypt*",
            "kms:GenerateDataKey*",
            "kms:Describe*",
          ],
          Resource: "*",
          Condition: {
            ArnLike: {
              "kms:EncryptionContext:aws:logs:arn": [
                `arn:aws:logs:${region}:${accountId}:log-group:/mlflow-stacks/${name}`,
                `arn:aws:logs:${region}:${accountId}:log-group:/aws/rds/instance/${name}/*`,
              ],
            },
          },
        },
      ]),
      // Without it the database, its backups and the secrets can't be read again.
      lifecycle: { preventDestroy: protect },
    });
    new KmsAlias(this, "alias", {
      name: `alias/mlflow-stacks/${name}`,
      targetKeyId: this.resource.keyId,
    });
  }

  get arn(): string {
    return this.resource.arn;
  }
}
