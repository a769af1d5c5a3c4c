import { IamInstanceProfile } from "@cdktf/provider-aws/lib/iam-instance-profile/index.js";
import { IamRolePolicy } from "@cdktf/provider-aws/lib/iam-role-policy/index.js";
import { IamRole } from "@cdktf/provider-aws/lib/iam-role/index.js";
import { Construct } from "constructs";
import type { AwsContext } from "./context.js";
import type { HostFolder } from "./host-folder.js";
import type { HostSecrets } from "./host-secrets.js";
import {
  artifactStatements,
  bucketArn,
  givenSecretStatements,
  policyText,
  trustPolicy,
  type Statement,
} from "./policy.js";

export interface InstanceRoleProps {
  readonly context: AwsContext;
  readonly folder: HostFolder;
  readonly secrets: HostSecrets;
}

/** Who the instance and the tracking server on it are. */
export class InstanceRole extends Construct {
  readonly profile: IamInstanceProfile;
  /** What must be there before the instance is. */
  readonly policy: IamRolePolicy;

  constructor(scope: Construct, id: string, props: InstanceRoleProps) {
    super(scope, id);
    const { name, accountId, target } = props.context;
    const role = new IamRole(this, "Resource", {
      name: `${name}-instance-${target.region}`,
      assumeRolePolicy: trustPolicy("ec2.amazonaws.com", accountId),
    });
    this.policy = new IamRolePolicy(this, "policy", {
      name: "instance",
      role: role.id,
      policy: policyText(instanceStatements(props)),
    });
    this.profile = new IamInstanceProfile(this, "profile", { name: role.name, role: role.name });
  }
}

function instanceStatements(props: InstanceRoleProps): readonly Statement[] {
  const { context, folder } = props;
  const { artifactStore } = context;
  return [
    ...artifactStatements(artifactStore.bucket, artifactStore.prefix),
    {
      Sid: "Files",
      Effect: "Allow",
      Action: "s3:GetObject",
      Resource: `${bucketArn(folder.bucket)}/${folder.hash}/*`,
    },
    ...secretStatements(props),
    {
      // Of SSM's agent, and not AWS's own policy for it, which also reads every parameter of the
      // account. AWS knows no resource for most of them.
      Sid: "Sessions",
      Effect: "Allow",
      Action: [
        "ssm:UpdateInstanceInformation",
        "ssmmessages:CreateControlChannel",
        "ssmmessages:CreateDataChannel",
        "ssmmessages:OpenControlChannel",
        "ssmmessages:OpenDataChannel",
        "ec2messages:AcknowledgeMessage",
        "ec2messages:DeleteMessage",
        "ec2messages:FailMessage",
        "ec2messages:GetEndpoint",
        "ec2messages:GetMessages",
        "ec2messages:SendReply",
      ],
      Resource: "*",
    },
  ];
}

function secretStatements({ context, secrets }: InstanceRoleProps): readonly Statement[] {
  const { key, target } = context;
  const { read, written } = secrets;
  if (read.length === 0 && written === undefined) return [];
  const seal = written === undefined ? [] : ["kms:GenerateDataKey"];
  return [
    ...(written === undefined
      ? []
      : [
          {
            Sid: "WriteSecret",
            Effect: "Allow",
            Action: "secretsmanager:PutSecretValue",
            Resource: written,
          } as const,
        ]),
    ...(read.length === 0
      ? []
      : [
          {
            Sid: "ReadSecrets",
            Effect: "Allow",
            Action: "secretsmanager:GetSecretValue",
            Resource: read,
          } as const,
        ]),
    {
      Sid: "Encryption",
      Effect: "Allow",
      Action: ["kms:Decrypt", ...seal],
      Resource: key.arn,
      Condition: {
        StringEquals: { "kms:ViaService": `secretsmanager.${target.region}.amazonaws.com` },
      },
    },
    ...givenSecretStatements(Object.values(target.secretArns)),
  ];
}
