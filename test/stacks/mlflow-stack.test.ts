import { App, Testing } from "cdktf";
import { describe, expect, test } from "vitest";
import { addMlflowStack, type MlflowStackProps } from "../../stacks/mlflow-stack.js";
import { messageOf } from "../helpers/deployments.js";

const add = (props: Partial<MlflowStackProps>) =>
  addMlflowStack(new App({ skipValidation: true }), "mlflow", {
    topology: "remote-server",
    target: { kind: "docker" },
    ...props,
  });

/** What every problem of the props is about, in their order. */
const pathsOf = (props: Partial<MlflowStackProps>): readonly string[] =>
  messageOf(() => add(props))
    .split("\n")
    .map((line) => line.replace(/:.*/, ""));

describe("the problems of one run", () => {
  test("are those of the deployment and of the target", () => {
    const props = {
      name: "Not a name",
      artifactStore: { kind: "s3", bucket: "MLflow" },
      target: { kind: "aws", shape: "managed", region: "nowhere", backupDays: 1 },
    } as const;
    expect(pathsOf(props)).toEqual([
      "name",
      "artifactStore.bucket",
      "target.region",
      "target.backupDays",
    ]);
  });

  test("and the rules of AWS over both", () => {
    const props = {
      name: "a--b",
      artifactStore: { kind: "rustfs" },
      trackingServer: { bindAddress: "192.168.1.20" },
      target: { kind: "aws", shape: "managed", region: "eu-central-1", backupDays: 1 },
    } as const;
    expect(pathsOf(props)).toEqual([
      "name",
      "target.backupDays",
      "artifactStore.kind",
      "trackingServer.bindAddress",
    ]);
  });

  test("also where the shape is none", () => {
    const target = { kind: "aws", shape: "cluster", region: "eu-central-1" } as never;
    const artifactStore = { kind: "s3", bucket: "models" } as const;
    expect(pathsOf({ artifactStore, target })).toEqual(["target.shape"]);
  });

  test("on a Docker host in the words of the target", () => {
    const target = {
      kind: "docker",
      host: { url: "ssh://", jump: "a b" },
      bindAddress: "n100.lan",
      port: 0,
    } as const;
    const props = { trackingServer: { workers: 0 }, target };
    expect(pathsOf(props)).toEqual([
      "target.bindAddress",
      "target.port",
      "trackingServer.workers",
      "target.host.url",
      "target.host.jump",
    ]);
    expect(pathsOf({ trackingServer: { port: 0 } })).toEqual(["trackingServer.port"]);
  });
});

test("a Docker host's address and port stand in for the server's", () => {
  const stack = add({
    trackingServer: { bindAddress: "127.0.0.1", port: 5001 },
    target: { kind: "docker", bindAddress: "192.168.1.20", port: 8080 },
  });
  const { resource } = JSON.parse(Testing.synth(stack)) as {
    resource: { docker_container: Record<string, { ports?: unknown }> };
  };
  const ports = Object.values(resource.docker_container).flatMap(({ ports: each }) => each ?? []);
  expect(ports).toEqual([expect.objectContaining({ ip: "192.168.1.20", external: 8080 })]);
});
