import { expect, test } from "vitest";
import { awsProps, managedTarget } from "../helpers/aws/cases.js";
import { synthAwsProps } from "../helpers/aws/golden.js";
import { resourcesOf } from "../helpers/docker-target.js";

test.each<[number, number | undefined]>([
  [20, 100],
  [13_107, 65_535],
  [50_000, 65_536],
  // Less than a tenth more is no room to grow.
  [60_000, undefined],
  [65_536, undefined],
])("a disk of %i GiB grows to %s, and no further than RDS has", (databaseStorageGiB, most) => {
  const file = synthAwsProps(awsProps(), managedTarget({ databaseStorageGiB }));
  const [database] = Object.values(resourcesOf(file, "aws_db_instance"));
  expect(database?.["allocated_storage"]).toBe(databaseStorageGiB);
  expect(database?.["max_allocated_storage"]).toBe(most);
});

test("the last snapshot has another name in the next deployment, under the same key", () => {
  const file = synthAwsProps(awsProps(), managedTarget());
  const [database] = Object.values(resourcesOf(file, "aws_db_instance"));
  const [, group = ""] =
    /^mlflow-remote-server-final-\$\{substr\(aws_security_group\.(\w+(?:-\w+)*)\.id, 3, 8\)\}$/.exec(
      String(database?.["final_snapshot_identifier"]),
    ) ?? [];
  expect(resourcesOf(file, "aws_security_group")).toHaveProperty(group);
});
