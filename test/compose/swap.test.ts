import { expect, test } from "vitest";
import { resolveDeployment, type MlflowDeploymentProps } from "../../constructs/mlflow/index.js";
import { shortAssets } from "../helpers/assets.js";
import { composeOf } from "../helpers/golden-cases.js";

const rustfs: MlflowDeploymentProps = {
  topology: "remote-server",
};
const s3: MlflowDeploymentProps = {
  topology: "remote-server",
  artifactStore: { kind: "s3", bucket: "example-mlflow" },
};

const compose = (props: MlflowDeploymentProps) =>
  composeOf(resolveDeployment(props), shortAssets());

test("S3 in place of RustFS is one line of the props", () => {
  const added = Object.keys(s3).filter((name) => !(name in rustfs));
  expect(added).toStrictEqual(["artifactStore"]);
  expect({ ...s3, artifactStore: undefined }).toEqual(rustfs);
});

test("S3 leaves out the store, its job, its volumes and its root key", () => {
  const [before, after] = [compose(rustfs), compose(s3)];
  const gone = (kind: "services" | "volumes" | "secrets") =>
    Object.keys(before[kind] ?? {}).filter((name) => !(name in (after[kind] ?? {})));
  expect(gone("services")).toStrictEqual(["artifact-store", "bucket-init"]);
  expect(gone("volumes")).toStrictEqual([
    "artifact-store-data",
    "artifact-store-secrets",
    "bucket-init-secrets",
  ]);
  expect(gone("secrets")).toStrictEqual([
    "MLFLOW_RUSTFS_ACCESS_KEY",
    "MLFLOW_RUSTFS_SECRET_KEY",
    "RUSTFS_ACCESS_KEY",
    "RUSTFS_SECRET_KEY",
  ]);
  expect(JSON.stringify(after)).not.toMatch(/rustfs|artifact-store|bucket-init/i);
});

test("S3 adds no service and leaves PostgreSQL as it is", () => {
  const [before, after] = [compose(rustfs), compose(s3)];
  expect(Object.keys(before.services)).toStrictEqual(
    expect.arrayContaining(Object.keys(after.services)),
  );
  expect(after.services["backend-store"]).toStrictEqual(before.services["backend-store"]);
});

test("the tracking server keeps its name, port and paths", () => {
  const [before, after] = [compose(rustfs), compose(s3)].map(
    ({ services }) => services["tracking-server"],
  );
  const kept = ["image", "ports", "command", "volumes", "networks", "healthcheck"] as const;
  for (const field of kept) expect(after?.[field]).toStrictEqual(before?.[field]);
  expect(after?.environment).toMatchObject({ MLFLOW_ARTIFACTS_DESTINATION: "s3://example-mlflow" });
});
