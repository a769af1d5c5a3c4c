import { expect, test } from "vitest";
import { describeLock } from "../../stacks/terraform/lock-message.js";

const told = (program: string, path: string) => `Error message: operation error S3: PutObject
Lock Info:
  ID:        aa5b5cce-8b79
  Path:      ${path}
  Operation: OperationTypeApply
  Who:       root@n100
  Version:   1.11.4
  Created:   2026-11-21 21:32:56.384 +0000 UTC
  Info:      

${program} acquires a state lock`;

test.each([
  ["Terraform", "terraform"],
  ["OpenTofu", "tofu"],
])("a lock in a bucket can outlive its run: %s", (product, program) => {
  expect(describeLock(told(product, "states/lab.tfstate"))?.detail.split("\n")).toEqual([
    "held by root@n100 for apply since 2026-11-21 21:32:56 +0000 UTC, on states/lab.tfstate",
    "wait for that run to end, and run the command again",
    expect.stringMatching(new RegExp(` ${program} force-unlock aa5b5cce-8b79$`)),
  ]);
});

test("PostgreSQL's lock names nobody, and goes with its run", () => {
  const { detail } = describeLock(told("Terraform", "")) ?? { detail: "" };
  expect(detail).toContain("PostgreSQL does not say which");
  expect(detail).not.toMatch(/root@n100|force-unlock/);
});

test("another error is not about a lock", () => {
  expect(describeLock("the bucket is locked")).toBeUndefined();
});
