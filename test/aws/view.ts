import type { AwsConfiguration } from "../helpers/aws/golden.js";
import { resourcesOf, type Block } from "../helpers/docker-target.js";
import type { ContainerDefinition } from "../../constructs/aws/container-definition.js";
import type { Statement } from "../../constructs/aws/policy.js";

/** Blocks of a type with their addresses. */
export const blocksOf = (
  file: AwsConfiguration,
  type: string,
): readonly (readonly [address: string, block: Block])[] =>
  Object.entries(resourcesOf(file, type)).map(([name, block]) => [`${type}.${name}`, block]);

export type Container = ContainerDefinition & { readonly privileged?: boolean };

/** Containers of all task definitions, each with the address of its task. */
export const containersOf = (
  file: AwsConfiguration,
): readonly { readonly task: string; readonly block: Block; readonly container: Container }[] =>
  blocksOf(file, "aws_ecs_task_definition").flatMap(([task, block]) =>
    (JSON.parse(block["container_definitions"]) as Container[]).map((container) => {
      return { task, block, container };
    }),
  );

/** Changes the containers of every task in place. */
export function editContainers(file: AwsConfiguration, edit: (container: Block) => void): void {
  for (const [, block] of blocksOf(file, "aws_ecs_task_definition")) {
    const containers = JSON.parse(block["container_definitions"]) as Block[];
    containers.forEach(edit);
    block["container_definitions"] = JSON.stringify(containers);
  }
}

export const statementsOf = (policy: unknown): readonly Statement[] =>
  (JSON.parse(String(policy)) as { Statement: Statement[] }).Statement;

/** Changes the statements of a policy, in the argument of a block that has it. */
export function editStatements(block: Block, edit: (statements: Block[]) => void): void {
  const policy = JSON.parse(block["policy"]) as { Statement: Block[] };
  edit(policy.Statement);
  block["policy"] = JSON.stringify(policy);
}

export const listOf = <T>(value: T | readonly T[] | undefined): readonly T[] =>
  value === undefined ? [] : ([value].flat() as T[]);

/** What a job is told. */
export const jobInputs = (
  file: AwsConfiguration,
): readonly { readonly address: string; readonly verb: string; readonly input: Block }[] =>
  blocksOf(file, "terraform_data").flatMap(([address, block]) => {
    const { command, environment } = block["provisioner"]?.[0]?.["local-exec"] ?? {};
    const text = environment?.MLSTACK_JOB as string | undefined;
    return text === undefined ? [] : [{ address, verb: command, input: JSON.parse(text) as Block }];
  });

/** The address that a reference leads to: `${aws_lb.x.arn}` is `aws_lb.x`. */
export const referred = (value: unknown): string =>
  /^\$\{((?:aws|terraform)_\w+\.[\w-]+)/.exec(String(value))?.[1] ?? "";
