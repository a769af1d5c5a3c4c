import { expect, test } from "vitest";
import { lastLines, succeeded, whyStopped } from "../../stacks/aws-job/task-report.js";

const task = (container: object, stoppedReason = "Essential container in task exited") => ({
  stoppedReason,
  containers: [{ name: "db-upgrade", ...container }],
});

test("only exit code 0 of the named container is a success", () => {
  expect(succeeded(task({ exitCode: 0 }), "db-upgrade")).toBe(true);
  expect(succeeded(task({ exitCode: 1 }), "db-upgrade")).toBe(false);
  expect(succeeded(task({}), "db-upgrade")).toBe(false);
  expect(succeeded(task({ exitCode: 0 }), "another")).toBe(false);
});

test.each([
  [task({ exitCode: 3 }), "exit code 3; Essential container in task exited"],
  [
    task({ exitCode: 137, reason: "OutOfMemoryError: Container killed due to memory usage" }),
    "(it needs more memory: target.taskMemoryMiB (MLSTACK_AWS_TASK_MEMORY_MIB))",
  ],
  [
    task({}, "ResourceInitializationError: unable to pull secrets or registry auth"),
    "its container did not start; ResourceInitializationError: unable to pull secrets or registry auth (its subnets need a way to ECR",
  ],
  [
    task({}, "ResourceInitializationError: AccessDenied kms"),
    "must let the account's roles use it)",
  ],
  [
    task({ exitCode: 255, reason: "exec format error" }),
    "(the image is of another architecture than the task: target.architecture (--architecture))",
  ],
])("a stopped task is told in one line", (stopped, words) => {
  expect(whyStopped(stopped, "db-upgrade")).toContain(words);
});

test("of a log the last lines are shown, without empty ones and none too long", () => {
  const messages = [
    "one\n\ntwo",
    ...Array.from({ length: 6 }, (_, i) => `line ${i}`),
    "x".repeat(999),
  ];
  const lines = lastLines(messages);
  expect(lines).toHaveLength(7);
  expect(lines[0]).toBe("  | line 0");
  expect(lines.at(-1)).toBe(`  | ${"x".repeat(240)}`);
});
