import {
  CloudWatchLogsClient,
  GetLogEventsCommand,
  ResourceNotFoundException,
} from "@aws-sdk/client-cloudwatch-logs";
import type { Task } from "@aws-sdk/client-ecs";
import { lookUp } from "./look-up.js";

/** `0123abcd` of `arn:aws:ecs:…:task/cluster/0123abcd`. */
export const taskId = ({ taskArn = "" }: Task): string =>
  taskArn.slice(taskArn.lastIndexOf("/") + 1);

const ways = "its subnets need a way to ECR, S3, Secrets Manager and CloudWatch Logs";

/** What is known of failures whose own words don't tell what to do. */
const advice: readonly (readonly [said: RegExp, advice: string])[] = [
  [
    /OutOfMemory|exit code 137/,
    "it needs more memory: target.taskMemoryMiB (MLSTACK_AWS_TASK_MEMORY_MIB)",
  ],
  [
    /ResourceInitializationError/,
    `${ways}; and the KMS key of a secret of target.secretArns (MLSTACK_AWS_SECRET_ARNS) must let the account's roles use it`,
  ],
  [/CannotPullContainer|i\/o timeout/, ways],
  [
    /exec format error/,
    "the image is of another architecture than the task: target.architecture (--architecture)",
  ],
];

/** Why a task ended, in one line. */
export function whyStopped(task: Task, name?: string): string {
  const { stoppedReason, containers = [] } = task;
  const container = containers.find((one) => one.name === name) ?? containers[0];
  const exit =
    container?.exitCode === undefined
      ? "its container did not start"
      : `exit code ${container.exitCode}`;
  const said = [exit, stoppedReason, container?.reason].filter(Boolean).join("; ");
  const known = advice.find(([pattern]) => pattern.test(said));
  return known ? `${said} (${known[1]})` : said;
}

/** Whether the container has done its work. */
export const succeeded = ({ containers = [] }: Task, name: string): boolean =>
  containers.find((container) => container.name === name)?.exitCode === 0;

/** Terraform shows the last lines of an output that fails; a longer one would hide the reason. */
const shownLines = 7;
const shownCharacters = 240;

/** The last lines that a task's container wrote; none where it wrote nothing. Never throws. */
export async function lastLogLines(
  logs: CloudWatchLogsClient,
  logGroupName: string,
  task: Task,
  name = task.containers?.[0]?.name ?? "",
): Promise<readonly string[]> {
  const logStreamName = `${name}/${name}/${taskId(task)}`;
  const question = { logGroupName, logStreamName, limit: 50, startFromHead: false };
  return lookUp(`the log ${logGroupName} can't be shown`, async () => {
    try {
      const { events = [] } = await logs.send(new GetLogEventsCommand(question));
      return lastLines(events.map(({ message = "" }) => message));
    } catch (error) {
      if (error instanceof ResourceNotFoundException) return [];
      throw error;
    }
  });
}

export const lastLines = (messages: readonly string[]): readonly string[] =>
  messages
    .flatMap((message) => message.split(/\r?\n/))
    .filter((line) => line.trim() !== "")
    .slice(-shownLines)
    .map((line) => `  | ${line.slice(0, shownCharacters)}`);
