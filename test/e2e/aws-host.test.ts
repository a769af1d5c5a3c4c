import { ListObjectsV2Command } from "@aws-sdk/client-s3";
import { GetSecretValueCommand } from "@aws-sdk/client-secrets-manager";
import { afterAll, beforeAll, expect, test } from "vitest";
import type { HostFiles } from "../../constructs/aws/index.js";
import { images, planContainers, resolveDeployment } from "../../constructs/mlflow/index.js";
import { imageName, loadAssets, renderBuildContext } from "../../constructs/image/index.js";
import { awsProps, exampleBucket, hostTarget } from "../helpers/aws/cases.js";
import { describeWithInstance } from "../helpers/aws/instance/available.js";
import {
  accountValues,
  createBucket,
  createSecret,
  hostCase,
  putFiles,
  s3Of,
  secretsOf,
  type HostCase,
} from "../helpers/aws/instance/host-case.js";
import { turnOn, type Machine } from "../helpers/aws/instance/machine.js";
import { addresses, makePlace, type Place } from "../helpers/aws/instance/place.js";
import { OutsideClient, type Ledger } from "../helpers/e2e/client.js";
import { timed, waitUntil } from "../helpers/e2e/running-stack.js";

const url = `http://${addresses.machine}:5000`;

const props = awsProps({
  name: "mlflow-host",
  artifactStore: { kind: "s3", bucket: exampleBucket, prefix: "team/a" },
  trackingServer: { publicUrls: [url] },
});

const target = hostTarget({ domain: "mlflow.example.com", hostedZone: "example.com" });

/** The one variable that a test adds: moto in place of Amazon's S3. */
const atMoto = (files: HostFiles): HostFiles => ({
  ...files,
  "docker-compose.yml": (files["docker-compose.yml"] ?? "").replace(
    /( +)MLFLOW_ARTIFACTS_DESTINATION: .*\n/,
    (line, indent: string) => `${line}${indent}AWS_ENDPOINT_URL_S3: http://${addresses.aws}\n`,
  ),
});

const image = () => {
  const { requirements } = planContainers(resolveDeployment({ topology: "remote-server" }));
  return imageName(renderBuildContext(loadAssets(), requirements));
};

const envFile = "/data/mlflow-stacks/.env";

describeWithInstance("an instance of the shape host", () => {
  let place: Place;
  let machine: Machine;
  let deployed: HostCase;
  let adminSecret: string;
  let ledger: Ledger;
  let instances = 0;

  const make = (change: (files: HostFiles) => HostFiles = (files) => files): HostCase =>
    hostCase({
      props,
      target,
      change: (files) => change(atMoto(files)),
      values: {
        ...accountValues,
        aws_ebs_volume: place.volumeId,
        aws_secretsmanager_secret: adminSecret,
      },
    });

  /** A new instance with a fresh root disk, and the same data volume. */
  const launch = async (wanted: HostCase, hopLimit?: number): Promise<Machine> => {
    instances += 1;
    return turnOn(place, {
      userData: wanted.userData,
      instanceId: `i-0123456789abcdef${instances}`,
      ...(hopLimit !== undefined && { hopLimit }),
    });
  };

  const password = async (): Promise<string> => {
    const asked = await secretsOf(place.moto).send(
      new GetSecretValueCommand({ SecretId: adminSecret }),
    );
    return asked.SecretString ?? "";
  };

  const client = async (): Promise<OutsideClient> =>
    OutsideClient.of({ url, username: "admin", password: await password() });

  const artifacts = async (): Promise<readonly string[]> => {
    const { Contents = [] } = await s3Of(place.moto).send(
      new ListObjectsV2Command({ Bucket: exampleBucket }),
    );
    return Contents.map(({ Key = "" }) => Key);
  };

  /** Which containers there are, and since when. */
  const containers = (): Promise<string> =>
    machine.run(
      "sh",
      "-c",
      "docker ps --all --quiet --no-trunc | sort | xargs docker inspect --format '{{.Name}} {{.Id}} {{.State.StartedAt}}'",
    );

  const healthy = (): Promise<void> =>
    waitUntil("the server answers", 180, () =>
      fetch(`${url}/health`).then(
        ({ ok }) => ok,
        () => false,
      ),
    );

  beforeAll(async () => {
    place = await makePlace([images.postgres, image()]);
    await createBucket(place.moto, exampleBucket);
    adminSecret = await createSecret(place.moto, "mlflow-stacks/mlflow-host/admin");
    deployed = make();
    await putFiles(place.moto, deployed);
  });
  afterAll(async () => {
    if (process.env["KEEP"]) return;
    await place?.remove();
  });

  test("comes up by cloud-init, with MLflow, PostgreSQL and artifacts in S3", async () => {
    machine = await launch(deployed);
    await timed("instance: from power on to healthy", async () => {
      await waitUntil("cloud-init has started", 60, async () => {
        return (await machine.try("systemctl", "cat", "mlflow-stacks.service")).exitCode === 0;
      });
      await machine.booted();
    });
    expect(await password()).toMatch(/^[A-Za-z0-9]{32}$/);
    ledger = await (await client()).workflow(20);
    const keys = await artifacts();
    expect(keys.length).toBeGreaterThan(0);
    expect(keys.filter((key) => !key.startsWith("team/a/"))).toEqual([]);
    expect(await machine.run("findmnt", "-n", "-o", "SOURCE", "/data")).toContain(place.device);
  });
});
