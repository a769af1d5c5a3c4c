import { expect, test } from "vitest";
import type { AwsData } from "../../stacks/aws/data.js";
import { goingNames, leftLines, leftWords, lookForLeft } from "../../stacks/aws/left.js";

const found: AwsData = {
  all: 40,
  names: ["database team", "bucket team-models", "key abcd"],
  protected: [],
  bucket: undefined,
  snapshot: undefined,
  volume: undefined,
  key: undefined,
};

test.each<[string, Partial<AwsData>]>([
  ["database", { snapshot: "team-final-1234" }],
  ["data volume", { volume: "vol-1" }],
])("a last snapshot of a %s keeps the key, which nobody has to ask AWS for", async (_, data) => {
  const left = await lookForLeft({ ...found, key: "abcd", ...data }, "eu-central-1");
  expect(left).toStrictEqual({ bucket: false, key: true });
});

test("without a key and a bucket there is nothing to leave", async () => {
  const left = await lookForLeft({ ...found, snapshot: "a" }, "eu-central-1");
  expect(left).toStrictEqual({ bucket: false, key: false });
});

test("the question names what goes, and what stays", () => {
  const data = { ...found, bucket: "team-models", key: "abcd" };
  expect(goingNames(data, { bucket: true, key: true })).toStrictEqual(["database team"]);
  expect(leftWords(data, { bucket: true, key: true })).toBe(
    " It leaves bucket team-models, which has objects, and key abcd, without which the snapshots can't be read.",
  );
  expect(goingNames(data, { bucket: false, key: false })).toStrictEqual(found.names);
  expect(leftWords(data, { bucket: false, key: false })).toBe("");
});

test("the report says how one is rid of the key, or keeps it", () => {
  const data = { ...found, snapshot: "team-final-1234", key: "abcd" };
  const kept = leftLines(data, { bucket: false, key: true }).join("\n");
  expect(kept).toContain("Kept: key abcd, without which snapshots can't be read.");
  expect(kept).not.toContain("In 30 days");
  const gone = leftLines({ ...found, key: "abcd" }, { bucket: false, key: false }).join("\n");
  expect(gone).toContain("In 30 days AWS deletes key abcd; no snapshot is under it.");
  expect(leftLines(found, { bucket: false, key: false })).toStrictEqual(["", "Nothing is left."]);
});
