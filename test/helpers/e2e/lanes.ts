import { basename } from "node:path";
import { BaseSequencer, type TestSpecification } from "vitest/node";

/**
 * Files that bear no other beside them: they give images that all stacks are made of other names, or
 * measure the time that something takes.
 */
export const alone = [
  "image",
  "terraform-cut-connection",
  "terraform-drift",
  "terraform-remote-preflight",
] as const;

/** Minutes each. One of them begun last would keep one worker busy and the other waiting. */
export const longest = [
  "aws-apply",
  "aws-command",
  "aws-replacement",
  "topologies-terraform",
  "topologies-docker",
  "remote-host-compose",
  "terraform-change",
  "terraform-remote-host",
  "terraform-failure",
  "topologies-process",
  "aws-task",
  "aws-task-database",
  "aws-host",
] as const;

/** The order of the test files. */
export class LongestFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const rank = ({ moduleId }: TestSpecification): number => {
      const name = basename(moduleId, ".test.ts");
      const found = longest.findIndex((each) => each === name);
      return found < 0 ? longest.length : found;
    };
    const sorted = await super.sort(files);
    return sorted.toSorted((one, other) => rank(one) - rank(other));
  }
}
