import {
  EcsTaskDefinition,
  type EcsTaskDefinitionConfig,
} from "@cdktf/provider-aws/lib/ecs-task-definition/index.js";
import type { IamRole } from "@cdktf/provider-aws/lib/iam-role/index.js";
import { Construct } from "constructs";
import { containerResolver, type ContainerSpec } from "../mlflow/index.js";
import { renderContainerDefinition, temporaryPaths } from "./container-definition.js";
import { logGroupName, type AwsContext } from "./context.js";
import { escapeTemplate } from "./escape-template.js";
import { databaseTls } from "./image-context.js";
import type { Secrets } from "./secrets.js";

export interface TaskProps {
  readonly context: AwsContext;
  readonly container: ContainerSpec;
  /** Who the container is; undefined: nobody, for one that asks nothing of AWS. */
  readonly role: IamRole | undefined;
  readonly executionRole: IamRole;
  readonly image: string;
  readonly secrets: Secrets;
  /** Host name of the database; undefined: it is in a secret. */
  readonly databaseHost: string | undefined;
  /** Variables besides the plan's. */
  readonly environment?: Readonly<Record<string, string>>;
  readonly transform?: ((config: EcsTaskDefinitionConfig) => EcsTaskDefinitionConfig) | undefined;
}

/** One container of the plan as a task of Fargate. */
export class Task extends Construct {
  readonly resource: EcsTaskDefinition;

  constructor(scope: Construct, id: string, props: TaskProps) {
    super(scope, id);
    const { context, container, role, executionRole, image, secrets, databaseHost } = props;
    const { target, name } = context;
    const resolver = {
      ...containerResolver(escapeTemplate),
      address: (asked: string) => {
        if (asked === "backend-store" && databaseHost !== undefined) return databaseHost;
        throw new Error(`bug: ${asked} is no container on AWS`);
      },
    };
    const definition = renderContainerDefinition(container, {
      image,
      region: target.region,
      logGroup: logGroupName(name),
      resolver,
      referenceOf: (secret) => secrets.referenceOf(secret),
      environment: { ...(databaseHost !== undefined && databaseTls), ...props.environment },
    });
    const config: EcsTaskDefinitionConfig = {
      family: `${name}-${container.role}`,
      requiresCompatibilities: ["FARGATE"],
      networkMode: "awsvpc",
      cpu: String(target.task.cpu),
      memory: String(target.task.memoryMiB),
      runtimePlatform: {
        operatingSystemFamily: "LINUX",
        cpuArchitecture: target.architecture === "arm64" ? "ARM64" : "X86_64",
      },
      ephemeralStorage: { sizeInGib: target.task.storageGiB },
      ...(role && { taskRoleArn: role.arn }),
      executionRoleArn: executionRole.arn,
      volume: temporaryPaths(container).map(({ volume }) => ({ name: volume })),
      containerDefinitions: JSON.stringify([definition]),
      // A failed deployment goes back to the one before.
      skipDestroy: true,
    };
    this.resource = new EcsTaskDefinition(this, "Resource", props.transform?.(config) ?? config);
  }
}
