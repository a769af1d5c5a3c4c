import type { EcsServiceConfig } from "@cdktf/provider-aws/lib/ecs-service/index.js";
import type { EcsTaskDefinitionConfig } from "@cdktf/provider-aws/lib/ecs-task-definition/index.js";
import type { InstanceConfig } from "@cdktf/provider-aws/lib/instance/index.js";
import { Problems } from "../mlflow/index.js";
import type { AwsShape, AwsTarget } from "./aws-target.js";
import type { HostFiles } from "./host-folder.js";

/** Last word on a part, for what the target has no field for. */
export interface AwsTransform {
  /** Of the shape `managed`. */
  readonly tasks?: Partial<
    Record<
      "tracking-server" | "db-upgrade",
      (config: EcsTaskDefinitionConfig) => EcsTaskDefinitionConfig
    >
  >;
  /** Of the shape `managed`. */
  readonly service?: (config: EcsServiceConfig) => EcsServiceConfig;
  /** Of the shape `host`. */
  readonly instance?: (config: InstanceConfig) => InstanceConfig;
}

const shapeOf: Readonly<Record<keyof AwsTransform, AwsShape>> = {
  tasks: "managed",
  service: "managed",
  instance: "host",
};

/**
 * Refuses parts that the shape has not, and a shape without its files.
 *
 * @throws {ConfigError} with every problem
 */
export function requireParts(
  { shape }: Pick<AwsTarget, "shape">,
  files: HostFiles | undefined,
  transform: AwsTransform,
): void {
  const problems = new Problems();
  const rule = shape === "host" ? "be given with" : "not be given without";
  problems.require(
    (shape === "host") === (files !== undefined),
    "files",
    `must ${rule} target.shape "host", whose instance runs them`,
  );
  for (const [part, of] of Object.entries(shapeOf)) {
    const given = transform[part as keyof AwsTransform] !== undefined;
    const problem = `must not be given with target.shape "${shape}", which has none`;
    problems.require(!given || of === shape, `transform.${part}`, problem);
  }
  problems.throwIfAny();
}
