import { ListObjectsV2Command } from "@aws-sdk/client-s3";
import {
  GetSecretValueCommand,
  ListSecretVersionIdsCommand,
} from "@aws-sdk/client-secrets-manager";
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
const bootLog = "/var/log/mlflow-stacks-boot.log";

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

  /** What runs, with its id and the time of its start. */
  const running = (): Promise<string> =>
    machine.run(
      "sh",
      "-c",
      "docker inspect --format '{{.Name}} {{.Id}} {{.State.StartedAt}}' $(docker ps -q) | sort",
    );

  const secrets = (): Promise<string> => machine.run("sha256sum", envFile);

  const problems = async (): Promise<readonly string[]> => {
    const read = await (await client()).readBack(ledger, true);
    ledger = read.ledger;
    return read.problems;
  };

  beforeAll(async () => {
    place = await makePlace([images.postgres, image()]);
    await createBucket(place.moto, exampleBucket);
    adminSecret = await createSecret(place.moto, "mlflow-stacks/mlflow-host/admin");
    deployed = make();
    await putFiles(place.moto, deployed);
  });
  afterAll(() => place?.remove());

  test("comes up by cloud-init, though its boot is killed at every step", async () => {
    machine = await launch(deployed);
    const steps = [
      "Unpacking docker.io",
      "making a file system",
      "/.env is written",
      "_front  Created",
      "tracking-server-1  Started",
    ];
    for (const step of steps) {
      await waitUntil(step, 5 * 60, async () => {
        return (await machine.try("grep", "-qF", step, bootLog)).exitCode === 0;
      });
      await machine.run("systemctl", "kill", "--signal=KILL", "mlflow-stacks.service");
    }
    await timed("instance: healthy after the last kill", () => machine.booted());
    const log = await machine.run("cat", bootLog);
    expect(log.match(/mlflow-stacks: start,/g)?.length).toBeGreaterThanOrEqual(steps.length);
    expect(log.match(/making a file system/g)?.length).toBeLessThanOrEqual(2);
    expect(await machine.run("findmnt", "-n", "-o", "SOURCE", "/data")).toContain(place.device);
    expect(await password()).toMatch(/^[A-Za-z0-9]{32}$/);
  });

  test("serves MLflow's workflow, with artifacts below the prefix and nowhere else", async () => {
    ledger = await (await client()).workflow(20);
    const keys = await artifacts();
    expect(keys.length).toBeGreaterThan(0);
    expect(keys.filter((key) => !key.startsWith("team/a/"))).toEqual([]);
    expect(await problems()).toEqual([]);
    const root = await fetch(`${url}/api/2.0/mlflow/experiments/search`, { method: "POST" });
    expect(root.status).toBe(401);
  });

  test("has keys of the instance's role and no others, and no secret in log or settings", async () => {
    const facts = await machine.run("sh", "-c", "docker inspect $(docker ps --all --quiet)");
    expect(facts).not.toMatch(/AWS_(ACCESS_KEY_ID|SECRET_ACCESS_KEY|SESSION_TOKEN)/);
    const texts = await machine.run("cat", bootLog, "/etc/mlflow-stacks.json", "/etc/fstab");
    const values = (await machine.run("cut", "-s", "-d=", "-f2", envFile)).trim().split("\n");
    expect(values.length).toBeGreaterThanOrEqual(7);
    for (const value of values) {
      expect(facts.includes(value) && value.length > 12).toBe(false);
      expect(texts).not.toContain(value);
    }
    expect(await machine.run("stat", "--format", "%a %U", envFile)).toContain("600 root");
  });

  test("keeps its containers from the network around, and from the instance itself", async () => {
    const probe = (address: string) => ["python3", "-c", connect(address)] as const;
    const server = "mlflow-host-tracking-server-1";
    const there = (...words: readonly string[]) => machine.try("docker", "exec", server, ...words);
    for (const open of [`${addresses.aws}:80`, `${addresses.metadata}:80`]) {
      expect(await there(...probe(open)), open).toMatchObject({ exitCode: 0 });
    }
    const neighbour = `${addresses.neighbour}:80`;
    expect(await machine.try(...probe(neighbour))).toMatchObject({ exitCode: 0 });
    for (const closed of [neighbour, "172.17.0.1:5000", `${addresses.aws}:22`]) {
      expect(await there(...probe(closed)), closed).toMatchObject({ exitCode: 1 });
    }
  });

  test("changes nothing when it runs again", async () => {
    const before = [await running(), await secrets()];
    const endpoint = `AWS_ENDPOINT_URL=${place.moto.endpoint.replace(/:80$/, "")}`;
    await machine.run("env", endpoint, "/usr/local/sbin/mlflow-stacks-start");
    expect([await running(), await secrets()]).toEqual(before);
    const { Versions = [] } = await secretsOf(place.moto).send(
      new ListSecretVersionIdsCommand({ SecretId: adminSecret }),
    );
    expect(Versions.length).toBe(1);
  });

  test("comes back after a power cut with all that was written", async () => {
    await machine.powerCut();
    await timed("instance: healthy after a power cut", () => machine.booted());
    expect(await problems()).toEqual([]);
  });

  test("goes on on another instance, with another version of the files", async () => {
    const [before, login] = [await secrets(), await password()];
    await machine.shutDown();
    const next = make((files) => ({ ...files, "client.env": `${files["client.env"]}# next\n` }));
    expect(next.userData).not.toBe(deployed.userData);
    await putFiles(place.moto, next);
    machine = await launch(next);
    await timed("instance: another one from power on to healthy", () => machine.booted());
    expect(await secrets()).toBe(before);
    expect(await password()).toBe(login);
    expect(await machine.run("cat", bootLog)).toMatch(/ending the containers of the instance/);
    expect(await problems()).toEqual([]);
  });

  test("runs nothing that differs from what was deployed", async () => {
    await machine.shutDown();
    const key = Object.keys(deployed.objects).find((each) => each.endsWith("boot/boot.py")) ?? "";
    const changed = { ...deployed, objects: { [key]: "print('not ours')\n" } };
    await putFiles(place.moto, changed);
    machine = await launch(deployed);
    await waitUntil("the refusal", 5 * 60, async () => {
      const said = "the files in the bucket are not those that were deployed";
      return (await machine.try("grep", "-qF", said, bootLog)).exitCode === 0;
    });
    expect(await machine.run("cat", bootLog)).not.toContain("not ours");
  });
});

/** A program that ends with 1 where nobody answers. */
function connect(address: string): string {
  const [host, port] = address.split(":");
  return `import socket; socket.create_connection(("${host}", ${port}), timeout=3)`;
}
