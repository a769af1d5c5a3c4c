import { expect, test } from "vitest";
import { parseStateBackend } from "../../stacks/terraform/state-backend.js";

const messageOf = (text: string): string => {
  try {
    parseStateBackend(text);
  } catch (error) {
    return (error as Error).message;
  }
  throw new Error(`${text} was taken`);
};

test.each([
  [undefined, { kind: "local" }],
  ["", { kind: "local" }],
  ["local", { kind: "local" }],
  ["pg", { kind: "pg", schemaName: "terraform_remote_state" }],
  ["pg://lab", { kind: "pg", schemaName: "lab" }],
  [
    "s3://states/home/lab.tfstate?region=eu-central-1",
    {
      kind: "s3",
      bucket: "states",
      key: "home/lab.tfstate",
      region: "eu-central-1",
      encrypt: true,
    },
  ],
  [
    "s3://states/lab?region=us-east-1&endpoint=https://s3.lan:9000&profile=lab",
    {
      kind: "s3",
      bucket: "states",
      key: "lab",
      region: "us-east-1",
      encrypt: false,
      endpoint: "https://s3.lan:9000",
      profile: "lab",
    },
  ],
])("%s is read", (text, backend) => {
  expect(parseStateBackend(text)).toStrictEqual(backend);
});

test("every problem of an S3 place is told at once", () => {
  const message = messageOf("s3://My_Bucket/?endpoint=ftp://x&color=red&profile=&encrypt=no");
  expect(message.split("\n")).toHaveLength(7);
  expect(message).toContain("MLSTACK_STATE: must name a bucket: 3 to 63");
  expect(message).toContain("must name the object of the state");
  expect(message).toContain('can have region, endpoint, profile, encrypt; got "color"');
  expect(message).toContain("add ?region=us-east-1");
  expect(message).toContain('http or https URL; got "ftp://x"');
  expect(message).toContain("must name a profile");
  expect(message).toContain('encrypt=true or false; got "no"');
});

test.each([
  "postgres://me:hunter2@db/states",
  "postgresql://me:hunter2@db/states",
  "pg://me:hunter2@db/states",
])("%s is refused, and its password not repeated", (text) => {
  expect(messageOf(text)).toContain("PG_CONN_STR");
  expect(messageOf(text)).not.toContain("hunter2");
});

test.each([
  "s3://AKIA:hunter2@states/lab?region=us-east-1",
  "s3://states/lab?region=us-east-1&endpoint=https://me:hunter2@s3.lan",
  "consul://me:hunter2@lan",
])("credentials in %s are refused and not repeated", (text) => {
  expect(messageOf(text)).not.toContain("hunter2");
});

test.each(["gcs://bucket/x", "file:///x", "pg://", "pg://Lab-1", "s3://states/lab"])(
  "%s is refused",
  (text) => expect(messageOf(text)).toMatch(/^MLSTACK_STATE: must/),
);
