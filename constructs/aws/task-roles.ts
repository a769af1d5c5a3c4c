import { IamRole } from "@cdktf/provider-aws/lib/iam-role/index.js";
import { IamRolePolicy } from "@cdktf/provider-aws/lib/iam-role-policy/index.js";
import type { ITerraformDependable } from "cdktf";
import { Construct } from "constructs";
import { logGroupName, type AwsContext } from "./context.js";
import {
  artifactStatements,
  givenSecretStatements,
  policyText,
  trustPolicy,
  type Statement,
} from "./policy.js";
import type { Secrets } from "./secrets.js";

export interface TaskRolesProps {
  readonly context: AwsContext;
  readonly repositoryArn: string;
  readonly secrets: Secrets;
}

/**
 * Who the server is (the task role, which opens its artifacts), and who starts it (the execution
 * role, which reads the image and the secrets). The server itself can do nothing of the latter.
 */
export class TaskRoles extends Construct {
  readonly task: IamRole;
  readonly execution: IamRole;
  /** Policies that must be there before a task is. */
  readonly ready: readonly ITerraformDependable[];

  constructor(
    scope: Construct,
    id: string,
    private readonly props: TaskRolesProps,
  ) {
    super(scope, id);
    const { bucket, prefix } = props.context.artifactStore;
    this.task = this.addRole("task");
    this.execution = this.addRole("execution");
    this.ready = [
      this.addPolicy("task", this.task, artifactStatements(bucket, prefix)),
      this.addPolicy("execution", this.execution, this.startStatements()),
    ];
  }

  private addRole(kind: string): IamRole {
    const { name, accountId, target } = this.props.context;
    return new IamRole(this, kind, {
      // Roles are the account's and not a region's.
      name: `${name}-${kind}-${target.region}`,
      assumeRolePolicy: trustPolicy("ecs-tasks.amazonaws.com", accountId),
    });
  }

  private addPolicy(kind: string, role: IamRole, statements: readonly Statement[]): IamRolePolicy {
    return new IamRolePolicy(this, `${kind}-policy`, {
      name: kind,
      role: role.id,
      policy: policyText(statements),
    });
  }

  private startStatements(): readonly Statement[] {
    const { context, repositoryArn, secrets } = this.props;
    const { target, accountId, name, key } = context;
    const group = `arn:aws:logs:${target.region}:${accountId}:log-group:${logGroupName(name)}`;
    return [
      // The one action here that AWS knows no resource for.
      { Sid: "Login", Effect: "Allow", Action: "ecr:GetAuthorizationToken", Resource: "*" },
      {
        Sid: "Image",
        Effect: "Allow",
        Action: [
          "ecr:BatchCheckLayerAvailability",
          "ecr:BatchGetImage",
          "ecr:GetDownloadUrlForLayer",
        ],
        Resource: repositoryArn,
      },
      {
        Sid: "Logs",
        Effect: "Allow",
        Action: ["logs:CreateLogStream", "logs:PutLogEvents"],
        Resource: `${group}:*`,
      },
      {
        Sid: "Secrets",
        Effect: "Allow",
        Action: "secretsmanager:GetSecretValue",
        Resource: [...secrets.all],
      },
      {
        Sid: "Decrypt",
        Effect: "Allow",
        Action: "kms:Decrypt",
        Resource: key.arn,
        Condition: {
          StringEquals: { "kms:ViaService": `secretsmanager.${target.region}.amazonaws.com` },
        },
      },
      ...givenSecretStatements(Object.values(target.secretArns)),
    ];
  }
}
