import {
  DescribeServicesCommand,
  DescribeTaskDefinitionCommand,
  DescribeTasksCommand,
  paginateListTasks,
  type DesiredStatus,
  type ECSClient,
  type Service,
  type Task,
  type TaskDefinition,
} from "@aws-sdk/client-ecs";

/** Where a service is. */
export interface Place {
  readonly cluster: string;
  readonly service: string;
}

/** The service, or undefined where there is none that could run anything. */
export async function findService(
  ecs: ECSClient,
  { cluster, service }: Place,
): Promise<Service | undefined> {
  const { services = [] } = await ecs.send(
    new DescribeServicesCommand({ cluster, services: [service] }),
  );
  return services.find(({ status }) => status === "ACTIVE");
}

export async function taskDefinitionOf(ecs: ECSClient, arn: string): Promise<TaskDefinition> {
  const { taskDefinition } = await ecs.send(
    new DescribeTaskDefinitionCommand({ taskDefinition: arn }),
  );
  return taskDefinition ?? {};
}

/** Image of a task definition's first container. */
export async function imageOf(ecs: ECSClient, arn: string): Promise<string> {
  const { containerDefinitions = [] } = await taskDefinitionOf(ecs, arn);
  return containerDefinitions[0]?.image ?? "";
}

/** Tasks that shall run or not, of a service or of a family; stopped ones for about an hour. */
export async function listTasks(
  ecs: ECSClient,
  cluster: string,
  which: { readonly serviceName: string } | { readonly family: string },
  desiredStatus: DesiredStatus,
): Promise<readonly Task[]> {
  const arns: string[] = [];
  const pages = paginateListTasks({ client: ecs }, { cluster, desiredStatus, ...which });
  for await (const { taskArns = [] } of pages) arns.push(...taskArns);
  return describeTasks(ecs, cluster, arns);
}

/** Tasks by ARN, without those that ECS has forgotten. */
export async function describeTasks(
  ecs: ECSClient,
  cluster: string,
  arns: readonly string[],
): Promise<readonly Task[]> {
  const found: Task[] = [];
  // The most that one question may have.
  for (let from = 0; from < arns.length; from += 100) {
    const tasks = arns.slice(from, from + 100);
    const answer = await ecs.send(new DescribeTasksCommand({ cluster, tasks }));
    found.push(...(answer.tasks ?? []));
  }
  return found;
}
