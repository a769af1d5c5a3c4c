import { DlmLifecyclePolicy } from "@cdktf/provider-aws/lib/dlm-lifecycle-policy/index.js";
import { EbsVolume } from "@cdktf/provider-aws/lib/ebs-volume/index.js";
import { IamRolePolicy } from "@cdktf/provider-aws/lib/iam-role-policy/index.js";
import { IamRole } from "@cdktf/provider-aws/lib/iam-role/index.js";
import { Construct } from "constructs";
import type { AwsContext } from "./context.js";
import { policyText, trustPolicy } from "./policy.js";

/** Tag by which the snapshots' policy finds the volume. */
const tag = "mlflow-stacks:data-volume";

/** The disk that outlives the instance: the database, the secrets, Docker's images. */
export class DataVolume extends Construct {
  readonly resource: EbsVolume;

  /** @param zone - of the instance */
  constructor(
    scope: Construct,
    id: string,
    private readonly context: AwsContext,
    zone: string,
  ) {
    super(scope, id);
    const { name, key, target } = context;
    this.resource = new EbsVolume(this, "Resource", {
      availabilityZone: zone,
      type: "gp3",
      size: target.instance.dataVolumeGiB,
      encrypted: true,
      kmsKeyId: key.arn,
      finalSnapshot: true,
      tags: { Name: `${name}-data`, [tag]: name },
      lifecycle: { preventDestroy: target.protect },
    });
    this.addSnapshots();
  }

  /** Of the disk as after a power cut, which the file system and PostgreSQL recover from. */
  private addSnapshots(): void {
    const { name, target } = this.context;
    new DlmLifecyclePolicy(this, "snapshots", {
      description: `daily snapshots of ${name}`,
      executionRoleArn: this.addRole().arn,
      state: "ENABLED",
      policyDetails: {
        resourceTypes: ["VOLUME"],
        targetTags: { [tag]: name },
        schedule: [
          {
            name: "daily",
            createRule: { interval: 24, intervalUnit: "HOURS", times: ["03:00"] },
            retainRule: { count: target.backupDays },
            copyTags: true,
          },
        ],
      },
    });
  }

  private addRole(): IamRole {
    const { name, accountId, target } = this.context;
    const role = new IamRole(this, "snapshots-role", {
      name: `${name}-snapshots-${target.region}`,
      assumeRolePolicy: trustPolicy("dlm.amazonaws.com", accountId),
    });
    const ec2 = `arn:aws:ec2:${target.region}`;
    const snapshots = `${ec2}::snapshot/*`;
    const tagged = { StringEquals: { [`aws:ResourceTag/${tag}`]: name } };
    new IamRolePolicy(this, "snapshots-policy", {
      name: "snapshots",
      role: role.id,
      policy: policyText([
        {
          Sid: "Find",
          Effect: "Allow",
          // AWS knows no resource for these.
          Action: ["ec2:DescribeVolumes", "ec2:DescribeSnapshots"],
          Resource: "*",
        },
        {
          Sid: "Volume",
          Effect: "Allow",
          Action: "ec2:CreateSnapshot",
          Resource: `${ec2}:${accountId}:volume/*`,
          Condition: tagged,
        },
        {
          Sid: "Create",
          Effect: "Allow",
          Action: ["ec2:CreateSnapshot", "ec2:CreateTags"],
          Resource: snapshots,
        },
        {
          Sid: "Expire",
          Effect: "Allow",
          Action: "ec2:DeleteSnapshot",
          Resource: snapshots,
          Condition: tagged,
        },
      ]),
    });
    return role;
  }
}
