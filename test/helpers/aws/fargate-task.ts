import type { ContainerDefinition } from "../../../constructs/aws/container-definition.js";
import type { AwsConfiguration } from "./golden.js";

/** A task of Fargate: what a configuration says of it, with values in place of references. */
export interface FargateTask {
  readonly cpus: number;
  readonly memoryMiB: number;
  readonly hasRole: boolean;
  readonly volumes: readonly string[];
  readonly container: ContainerDefinition;
}

/** What stands in for a resource's attribute: `aws_db_instance.*.address` and its value. */
export type StandIns = Readonly<Record<string, string>>;

/** @throws for a reference that nothing stands in for */
export function fargateTask(
  file: AwsConfiguration,
  role: "tracking-server" | "db-upgrade",
  standIns: StandIns,
): FargateTask {
  const blocks = Object.values(file.resource["aws_ecs_task_definition"] ?? {});
  const block = blocks.find(({ family }) => String(family).endsWith(`-${role}`));
  if (!block) throw new Error(`the configuration has no task ${role}`);
  const text = applyTemplate(String(block["container_definitions"]), standIns);
  const [container, ...others] = JSON.parse(text) as ContainerDefinition[];
  if (!container || others.length > 0) throw new Error(`${role}: one container expected`);
  return {
    cpus: Number(block["cpu"]) / 1024,
    memoryMiB: Number(block["memory"]),
    hasRole: block["task_role_arn"] !== undefined,
    volumes: (block["volume"] as { name: string }[]).map(({ name }) => name),
    container,
  };
}

/** A text as Terraform hands it on. */
export const applyTemplate = (text: string, standIns: StandIns): string =>
  text.replaceAll(/([$%])\1\{|\$\{([^}]+)\}/g, (_, escaped?: string, reference?: string) =>
    reference === undefined ? `${escaped}{` : valueOf(reference, standIns),
  );

function valueOf(reference: string, standIns: StandIns): string {
  const [type = "", , ...attribute] = reference.split(".");
  const named = standIns[reference.split(".").slice(0, 2).join(".")];
  const value = named ?? standIns[[type, "*", ...attribute].join(".")];
  if (value === undefined) throw new Error(`nothing stands in for ${reference}`);
  return value;
}
