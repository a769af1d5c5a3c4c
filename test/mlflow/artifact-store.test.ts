import { describe, expect, test } from "vitest";
import { resolveDeployment, type ArtifactStoreProps } from "../../constructs/mlflow/index.js";
import { localhostFiles, refusal, remoteServer } from "../helpers/deployments.js";

const resolved = (artifactStore: ArtifactStoreProps) =>
  resolveDeployment(remoteServer({ artifactStore })).artifactStore;

test("RustFS has every field filled in", () => {
  expect(resolved({ kind: "rustfs" })).toStrictEqual({
    kind: "rustfs",
    bucket: "mlflow",
    prefix: "",
    region: "us-east-1",
    image: "rustfs/rustfs:1.0.1",
  });
});

test("S3 has every field filled in", () => {
  expect(resolved({ kind: "s3", bucket: "b-1.x" })).toStrictEqual({
    kind: "s3",
    bucket: "b-1.x",
    prefix: "",
    region: "us-east-1",
    credentials: "keys",
  });
});

test("an S3-compatible endpoint loses the slash at its end", () => {
  const endpoint = "http://[fd00::5]:9000/";
  expect(resolved({ kind: "s3-compatible", bucket: "abc", endpoint })).toStrictEqual({
    kind: "s3-compatible",
    bucket: "abc",
    prefix: "",
    region: "us-east-1",
    endpoint: "http://[fd00::5]:9000",
  });
});

describe("S3 is refused with", () => {
  const s3 = { kind: "s3", bucket: "mlflow" };
  const refused = (fragment: object) => refusal({ artifactStore: { ...s3, ...fragment } });

  test.each(["My_Bucket", "ab", "-ab", "a..b", "192.168.1.1", "a".repeat(64)])(
    "the bucket %s",
    (bucket) => {
      expect(refused({ bucket })).toBe(
        `artifactStore.bucket: must be 3 to 63 characters of a-z, 0-9, "-" and ".", begin and end with a letter or digit, have no two dots together and be no IP address; got "${bucket}"`,
      );
    },
  );

  test.each(["/a", "a/", "a//b", "a b", "$a"])("the prefix %s", (prefix) => {
    expect(refused({ prefix })).toBe(
      `artifactStore.prefix: must be names of A-Z a-z 0-9 ! _ . ' ( ) - joined by "/", without "/" at its ends; got "${prefix}"`,
    );
  });

  test("a region that is none", () => {
    expect(refused({ region: "EU west" })).toBe(
      'artifactStore.region: must be a region such as "eu-central-1"; got "EU west"',
    );
  });

  test("credentials of another sort", () => {
    expect(refused({ credentials: "role" })).toBe(
      'artifactStore.credentials: must be "keys" or "ambient"; got "role"',
    );
  });
});

test.each(["minio:9000", "https://x/path", "https://", "s3://x", "http://a:99999"])(
  "the endpoint %s is refused",
  (endpoint) => {
    expect(refusal({ artifactStore: { kind: "s3-compatible", bucket: "abc", endpoint } })).toBe(
      `artifactStore.endpoint: must be "http://" or "https://" and a host, without a path; got "${endpoint}"`,
    );
  },
);

test("an image whose content can change is refused", () => {
  const rule =
    "artifactStore.image: must name a version or a digest, so that two pulls give the same program";
  const refused = (image: string) => refusal({ artifactStore: { kind: "rustfs", image } });
  expect(refused("rustfs/rustfs")).toBe(`${rule}; got "rustfs/rustfs"`);
  expect(refused("rustfs/rustfs:latest")).toBe(`${rule}; got "rustfs/rustfs:latest"`);
  expect(refused("localhost:5000/rustfs")).toBe(`${rule}; got "localhost:5000/rustfs"`);
  expect(refused("Rust FS:1")).toBe('artifactStore.image: must be an image name; got "Rust FS:1"');
});

test("a kind that the topology does not have is refused", () => {
  expect(refusal({ artifactStore: { kind: "s3", bucket: "abc" } }, localhostFiles())).toBe(
    'artifactStore.kind: must be "local" in "localhost-files"; got "s3"',
  );
});

describe("the bucket is made", () => {
  const compatible = { kind: "s3-compatible", bucket: "abc", endpoint: "http://x" } as const;
  const made = (artifactStore: ArtifactStoreProps, bucketInit?: boolean) =>
    resolveDeployment(
      remoteServer({ artifactStore, ...(bucketInit === undefined ? {} : { bucketInit }) }),
    ).bucketInit;

  test("on RustFS always, on S3 never, elsewhere when asked", () => {
    expect(made({ kind: "rustfs" })).toBe(true);
    expect(made({ kind: "s3", bucket: "abc" })).toBe(false);
    expect(made(compatible)).toBe(false);
    expect(made(compatible, true)).toBe(true);
  });

  test("or the wish is refused", () => {
    expect(refusal({ bucketInit: false })).toBe(
      'bucketInit: must not be false with artifactStore.kind "rustfs", whose bucket and key nobody else makes',
    );
    expect(refusal({ bucketInit: true, artifactStore: { kind: "s3", bucket: "abc" } })).toBe(
      'bucketInit: must not be true with artifactStore.kind "s3", which has it made in AWS, where its owner and policy are decided',
    );
    expect(refusal({ bucketInit: true }, localhostFiles())).toBe(
      'bucketInit: must not be true with artifactStore.kind "local", which has no bucket',
    );
  });
});
