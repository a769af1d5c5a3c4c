import { expect, test } from "vitest";
import { clientToken, familyOf, releaseOf, snapshotName } from "../../stacks/aws-job/release.js";

const now = new Date("2026-11-28T09:15:42Z");

test.each([
  ["1.dkr.ecr.eu-central-1.amazonaws.com/lab/tracking-server:3.17.2-0123456789ab", "3.17.2"],
  ["registry.lan:5000/mlflow:3.18.0rc1-0123456789ab", "3.18.0rc1"],
  ["registry.lan:5000/mlflow:latest", undefined],
  ["registry.lan:5000/mlflow", undefined],
  ["mlflow@sha256:0123456789ab", undefined],
])("the release of %s is %s", (image, release) => {
  expect(releaseOf(image)).toBe(release);
});

test("a snapshot is named after the database, the release and the minute", () => {
  expect(snapshotName("lab", "3.17.2", now)).toBe("lab-before-3-17-2-202611280915");
});

test("a name of a snapshot has no two dashes together", () => {
  expect(snapshotName("lab", "3.18.0.-rc1", now)).toBe("lab-before-3-18-0-rc1-202611280915");
});

test("the family of a task definition is its name without the revision", () => {
  const arn = "arn:aws:ecs:eu-central-1:123456789012:task-definition/lab-db-upgrade:12";
  expect(familyOf(arn)).toBe("lab-db-upgrade");
});

test("runs at the same time have one token, and one after a failure another", () => {
  const token = clientToken("task:1", ["b", "a"], now);
  expect(token).toMatch(/^[0-9a-f]{32}$/);
  expect(clientToken("task:1", ["a", "b"], new Date("2026-11-28T09:59:00Z"))).toBe(token);
  expect(clientToken("task:1", ["a", "b", "c"], now)).not.toBe(token);
  expect(clientToken("task:2", ["a", "b"], now)).not.toBe(token);
  // ECS remembers a token for a day, and a stopped task for an hour.
  expect(clientToken("task:1", ["a", "b"], new Date("2026-11-28T10:15:42Z"))).not.toBe(token);
});
