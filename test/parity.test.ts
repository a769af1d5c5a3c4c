import { describe, expect, test } from "vitest";
import { renderComposeFolder } from "../compose-templates/index.js";
import {
  ConfigError,
  planContainers,
  resolveDeployment,
  type MlflowDeploymentProps,
} from "../constructs/mlflow/index.js";
import type { AwsTargetProps } from "../constructs/aws/index.js";
import { renderUnit, unitName } from "../stacks/process/systemd.js";
import { shortAssets } from "./helpers/assets.js";
import { hostTarget, managedTarget, uriSecretArn } from "./helpers/aws/cases.js";
import { synthAwsText } from "./helpers/aws/golden.js";
import { localhostDatabase, localhostFiles, remoteServer } from "./helpers/deployments.js";
import { synthText } from "./helpers/docker-target.js";
import { namesOf, type OptionalField } from "./helpers/parity.js";

/** The same props for the topology that AWS has, with a store of each kind that it can do without. */
function onAws(props: MlflowDeploymentProps): MlflowDeploymentProps {
  const { backendStore, artifactStore } = props;
  const ownDatabase = backendStore?.kind === "postgres" || backendStore?.kind === "external";
  return {
    ...props,
    topology: "remote-server",
    backendStore: ownDatabase ? backendStore : { kind: "postgres" },
    artifactStore: artifactStore ?? { kind: "s3", bucket: "mlflow" },
  };
}

function renderAws(props: MlflowDeploymentProps, target: AwsTargetProps): string {
  const external = props.backendStore?.kind === "external";
  const secretArns = { MLFLOW_BACKEND_STORE_URI: uriSecretArn };
  return synthAwsText(onAws(props), { ...target, ...(external && { secretArns }) });
}

/** The columns: each target as the text that it renders the props to. */
const targets: Readonly<Record<string, (props: MlflowDeploymentProps) => string>> = {
  compose: (props) => JSON.stringify(renderComposeFolder(resolveDeployment(props), shortAssets())),
  docker: (props) => synthText(props),
  process: (props) => {
    const deployment = resolveDeployment(props);
    const context = { deployment, out: "/srv/out", secrets: {}, assets: shortAssets() };
    const unit = renderUnit(context, { python: "/srv/venv/bin/python" });
    return [unitName(context), unit, ...planContainers(deployment).requirements].join("\n");
  },
  // With a way to a database outside of the VPC.
  "aws-managed": (props) => renderAws(props, managedTarget({ egress: "nat" })),
  "aws-host": (props) => renderAws(props, hostTarget()),
};

/** Fields that a target has no place for, and why. */
const withoutPlace: Readonly<Record<string, Partial<Record<OptionalField, string>>>> = {
  process: { "trackingServer.user": "a process runs as the user who starts it" },
  "aws-managed": {
    "artifactStore[s3].credentials": "a role opens it, which is what ambient means",
  },
  "aws-host": { "artifactStore[s3].credentials": "a role opens it, which is what ambient means" },
};

type Row = readonly [before: MlflowDeploymentProps, after: MlflowDeploymentProps];

type Server = NonNullable<MlflowDeploymentProps["trackingServer"]>;
type Artifacts = NonNullable<MlflowDeploymentProps["artifactStore"]>;

const files = (trackingServer: Server): Row => [
  localhostFiles(),
  localhostFiles({ trackingServer }),
];
const database = (trackingServer: Server): Row => [
  localhostDatabase(),
  localhostDatabase({ trackingServer }),
];
const artifacts = <T extends Artifacts>(before: T, added: Partial<T>): Row => [
  remoteServer({ artifactStore: before }),
  remoteServer({ artifactStore: { ...before, ...added } }),
];

const rustfs = { kind: "rustfs" } as const;
const s3 = { kind: "s3", bucket: "mlflow" } as const;
const compatible = { kind: "s3-compatible", bucket: "mlflow", endpoint: "http://x:9" } as const;

/** Each optional field: the props without it, and the props with another value than the default. */
const rows: Readonly<Record<OptionalField, Row>> = {
  name: [localhostFiles(), localhostFiles({ name: "mine" })],
  profile: [localhostFiles(), localhostFiles({ profile: "small" })],
  bucketInit: [
    remoteServer({ artifactStore: compatible }),
    remoteServer({ artifactStore: compatible, bucketInit: true }),
  ],
  trackingServer: files({ port: 5001 }),
  "trackingServer.version": files({ version: "3.18.0" }),
  "trackingServer.bindAddress": files({ bindAddress: "127.0.0.2" }),
  "trackingServer.port": files({ port: 5001 }),
  "trackingServer.publicUrls": files({ publicUrls: ["https://mlflow.example.com"] }),
  "trackingServer.login": database({ login: true }),
  "trackingServer.login.adminUsername": [
    localhostDatabase({ trackingServer: { login: {} } }),
    localhostDatabase({ trackingServer: { login: { adminUsername: "ops" } } }),
  ],
  "trackingServer.login.defaultPermission": [
    localhostDatabase({ trackingServer: { login: {} } }),
    localhostDatabase({ trackingServer: { login: { defaultPermission: "READ" } } }),
  ],
  "trackingServer.workers": [
    localhostDatabase({ backendStore: { kind: "external" } }),
    localhostDatabase({ backendStore: { kind: "external" }, trackingServer: { workers: 3 } }),
  ],
  "trackingServer.dataDirectory": files({ dataDirectory: { style: "posix", path: "/srv/x" } }),
  "trackingServer.user": files({ user: "1000:1000" }),
  backendStore: [localhostDatabase(), localhostDatabase({ backendStore: { kind: "external" } })],
  "backendStore[postgres].image": [
    remoteServer(),
    remoteServer({ backendStore: { kind: "postgres", image: "postgres:18.7" } }),
  ],
  "backendStore[external].driver": [
    localhostDatabase({ backendStore: { kind: "external" } }),
    localhostDatabase({ backendStore: { kind: "external", driver: "mysql+pymysql" } }),
  ],
  artifactStore: [remoteServer(), remoteServer({ artifactStore: s3 })],
  "artifactStore[rustfs].bucket": artifacts<Artifacts>(rustfs, { bucket: "other" }),
  "artifactStore[rustfs].prefix": artifacts<Artifacts>(rustfs, { prefix: "a/b" }),
  "artifactStore[rustfs].image": artifacts<Artifacts>(rustfs, { image: "rustfs/rustfs:1.0.2" }),
  "artifactStore[s3].prefix": artifacts<Artifacts>(s3, { prefix: "a/b" }),
  "artifactStore[s3].region": artifacts<Artifacts>(s3, { region: "eu-west-1" }),
  "artifactStore[s3].credentials": artifacts<Artifacts>(s3, { credentials: "ambient" }),
  "artifactStore[s3-compatible].prefix": artifacts<Artifacts>(compatible, { prefix: "a/b" }),
  "artifactStore[s3-compatible].region": artifacts<Artifacts>(compatible, { region: "x-1" }),
};

const bucket = (props: Partial<MlflowDeploymentProps> = {}): MlflowDeploymentProps =>
  remoteServer({ artifactStore: s3, ...props });

/** Where AWS has another default, or refuses what a row has for another reason. */
const awsRows: Partial<Record<OptionalField, Row>> = {
  // Small is what an instance has by itself.
  profile: [remoteServer(), remoteServer({ profile: "medium" })],
  bucketInit: [bucket(), bucket({ bucketInit: true })],
  trackingServer: [bucket(), bucket({ trackingServer: { workers: 2 } })],
  "trackingServer.login": [bucket(), bucket({ trackingServer: { login: false } })],
  artifactStore: [bucket(), bucket({ artifactStore: { kind: "s3", bucket: "another" } })],
};

const rowsOf = (target: string) =>
  Object.entries(target.startsWith("aws-") ? { ...rows, ...awsRows } : rows);

const rendered = new Map<string, string | readonly string[]>();

/** Once for each props: most rows begin with the same. */
function render(target: string, props: MlflowDeploymentProps): string | readonly string[] {
  const key = `${target} ${JSON.stringify(props)}`;
  const known = rendered.get(key) ?? renderAnew(target, props);
  rendered.set(key, known);
  return known;
}

/** The text, or the paths of the problems for which there is none. */
function renderAnew(target: string, props: MlflowDeploymentProps): string | readonly string[] {
  try {
    return targets[target]?.(props) ?? "";
  } catch (error) {
    if (error instanceof ConfigError) return error.problems.map(({ path }) => path);
    throw error;
  }
}

describe.each(Object.keys(targets))("in %s", (target) => {
  test.each(rowsOf(target))(
    "%s changes the output, is refused, or is listed with a reason",
    (field, row) => {
      const [before, after] = row.map((props) => render(target, props));
      if (withoutPlace[target]?.[field as OptionalField] !== undefined) {
        expect(after).toBe(before);
        return;
      }
      if (typeof after === "string") {
        expect(after).not.toBe(before);
        return;
      }
      expect(namesOf(field)).toContain(after?.[0]);
    },
  );
});

test.each(["compose", "docker"])("%s refuses nothing but a release without a lock", (target) => {
  const refused = Object.entries(rows)
    .filter(([, [, after]]) => typeof render(target, after) !== "string")
    .map(([field]) => field);
  expect(refused).toStrictEqual(["trackingServer.version"]);
});
