import type { Exchange, Json, ProxyHooks } from "./moto-proxy.js";

/**
 * What ECR and ECS answer where an image is pushed, a migration ends well and a service starts: moto
 * keeps no image that a build makes, runs no container, and knows no rollout. Everything else is
 * moto's own answer.
 */
export function ecsThatWorks(): ProxyHooks {
  const migration = "arn:aws:ecs:eu-central-1:123456789012:task/migration/0123456789abcdef";
  const instead: ProxyHooks["instead"] = ({ operation, request }) => {
    const body = answers[operation]?.(request);
    return body && { status: 200, body };
  };
  const answers: Readonly<Record<string, (request: Json) => Json | undefined>> = {
    DescribeImages: ({ imageIds }) => {
      const [{ imageTag }] = imageIds as [{ imageTag?: string }];
      return { imageDetails: [{ imageTags: [imageTag] }] };
    },
    RunTask: ({ taskDefinition }) => ({
      tasks: [{ taskArn: migration, taskDefinitionArn: taskDefinition, lastStatus: "PENDING" }],
      failures: [],
    }),
    DescribeTasks: ({ tasks }) =>
      (tasks as string[]).includes(migration)
        ? {
            tasks: [
              {
                taskArn: migration,
                lastStatus: "STOPPED",
                desiredStatus: "STOPPED",
                containers: [{ name: "db-upgrade", exitCode: 0 }],
              },
            ],
            failures: [],
          }
        : undefined,
    ListTasks: () => ({ taskArns: [] }),
  };
  return { instead, amend: started };
}

/** The service runs what it was told to. */
function started({ operation }: Exchange, answer: Json): Json {
  if (operation !== "DescribeServices") return answer;
  const services = (answer["services"] as Json[]).map((service) => ({
    ...service,
    deployments: (service["deployments"] as Json[]).map((deployment) => ({
      ...deployment,
      rolloutState: "COMPLETED",
      runningCount: service["desiredCount"],
    })),
  }));
  return { ...answer, services };
}
