import { expect, test } from "vitest";
import { resolveDockerHost } from "../../constructs/docker/host.js";
import { listOwned } from "../../stacks/host/owned.js";
import { fakeHost, print } from "./fake-host.js";

const fake = fakeHost();
const box = resolveDockerHost({ url: "ssh://me@box" });
const one = { "mlflow-stacks.owner": "one" };
const empty = { "container ls": ":", "network ls": ":", "volume ls": ":" };

test("what a deployment has, with one question for all containers", async () => {
  const inspected = {
    Id: "c1",
    Name: "/lab-tracking-server",
    State: { Status: "exited", ExitCode: 137 },
    Image: "sha256:1",
    Config: { Image: "mlflow:1", Env: ["A=1=2", "B="], Labels: one },
    HostConfig: {
      PortBindings: {
        "5000/tcp": [{ HostIp: "127.0.0.1", HostPort: "5001" }],
        "53/udp": [{ HostIp: "", HostPort: "53" }],
        "80/tcp": [{ HostIp: "", HostPort: "" }],
        "81/tcp": null,
      },
    },
    NetworkSettings: { Networks: { lab_front: { NetworkID: "n1" } } },
  };
  fake.become({
    docker: {
      "container ls --quiet --all --no-trunc --filter label=mlflow-stacks.deployment=lab": print(
        "c1",
        "c2",
      ),
      "container inspect c1 c2": `${print([inspected])}; echo 'Error: No such container: c2' >&2; exit 1`,
      "network ls": print("n1"),
      "network inspect n1": print([{ Id: "n1", Name: "lab_front", Labels: one }]),
      "volume ls": print("lab_data"),
      "volume inspect lab_data": print([{ Name: "lab_data", Labels: one }]),
    },
  });
  expect(await listOwned(box, { name: "lab", owner: "one" })).toEqual({
    containers: [
      {
        id: "c1",
        name: "lab-tracking-server",
        state: "exited",
        health: "",
        exitCode: 137,
        imageId: "sha256:1",
        image: "mlflow:1",
        environment: { A: "1=2", B: "" },
        labels: one,
        networks: { lab_front: "n1" },
        bindings: [{ host: "127.0.0.1", port: 5001 }],
      },
    ],
    networks: [{ id: "n1", name: "lab_front", labels: one }],
    volumes: [{ id: "lab_data", name: "lab_data", labels: one }],
  });
});

test("what another folder has is not ours, unless our state knows it", async () => {
  const labels = { "mlflow-stacks.owner": "two" };
  fake.become({
    docker: {
      ...empty,
      "network ls": print("n1", "n2", "n3"),
      "network inspect n1 n2 n3": print([
        { Id: "n1", Name: "lab_front", Labels: labels },
        { Id: "n2", Name: "lab_stores", Labels: labels },
        { Id: "n3", Name: "lab_other", Labels: null },
      ]),
    },
  });
  const { networks } = await listOwned(box, { name: "lab", owner: "one", known: ["n2"] });
  expect(networks.map(({ id }) => id)).toEqual(["n2"]);
});

test("nothing there is nothing, but no answer is an error", async () => {
  fake.become({ docker: empty });
  expect(await listOwned(box, { name: "lab", owner: "one" })).toEqual({
    containers: [],
    networks: [],
    volumes: [],
  });
  fake.become({ ssh: "echo 'ssh: connect to host box port 22: Connection refused' >&2; exit 255" });
  await expect(listOwned(box, { name: "lab", owner: "one" })).rejects.toThrow(
    /^"me@box" refuses connections/,
  );
  fake.become({ docker: { ...empty, "volume ls": "echo 'Cannot connect' >&2; exit 1" } });
  await expect(listOwned(box, { name: "lab", owner: "one" })).rejects.toThrow(
    'the Docker engine of "me@box" does not answer: Cannot connect',
  );
  fake.become({
    docker: { ...empty, "network ls": "echo n", "network inspect": "echo EOF >&2; exit 1" },
  });
  await expect(listOwned(box, { name: "lab", owner: "one" })).rejects.toThrow(
    'docker network inspect failed on "me@box": EOF',
  );
});
