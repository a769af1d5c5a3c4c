import { expect, test } from "vitest";
import { resolveDeployment, type MlflowDeploymentProps } from "../../constructs/mlflow/index.js";
import { renderComposeFolder } from "../../compose-templates/index.js";
import { describeMoves, placesOf } from "../../stacks/generate/moves.js";
import { shortAssets } from "../helpers/assets.js";
import { localhostDatabase, localhostFiles, remoteServer } from "../helpers/deployments.js";

const compose = (props: MlflowDeploymentProps) =>
  placesOf(
    renderComposeFolder(resolveDeployment(props), shortAssets()).find(
      ({ path }) => path === "docker-compose.yml",
    )?.text,
  );

const s3 = { kind: "s3", bucket: "my-models" } as const;
const folder = { style: "posix", path: "/srv/ml" } as const;

test("nothing stays behind where nothing was, or where the stores are the same", () => {
  expect(describeMoves(undefined, compose(remoteServer()))).toStrictEqual([]);
  expect(describeMoves(placesOf("not: [yaml"), compose(remoteServer()))).toStrictEqual([]);
  expect(
    describeMoves(
      compose(remoteServer()),
      compose(remoteServer({ trackingServer: { port: 5001 } })),
    ),
  ).toStrictEqual([]);
});

test("artifacts stay in RustFS when S3 takes its place", () => {
  expect(
    describeMoves(compose(remoteServer()), compose(remoteServer({ artifactStore: s3 }))),
  ).toStrictEqual([
    "artifacts made so far stay in s3://mlflow at http://artifact-store:9000; runs can't open them until they are copied to the new artifact store under the same names",
  ]);
});

test("experiments stay in SQLite when another database takes its place", () => {
  const external = { kind: "external" } as const;
  expect(
    describeMoves(
      compose(localhostDatabase()),
      compose(localhostDatabase({ backendStore: external })),
    ),
  ).toStrictEqual([
    "experiments and runs made so far stay in the volume tracking-server-data and are not in the new backend store",
  ]);
});

test("both stay in the volume when a folder takes its place", () => {
  const after = localhostFiles({ trackingServer: { dataDirectory: folder, user: "1000:1000" } });
  expect(describeMoves(compose(localhostFiles()), compose(after))).toHaveLength(2);
});
