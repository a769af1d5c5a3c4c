import { describe, expect, test } from "vitest";
import type { OwnedContainer } from "../../stacks/host/owned.js";
import { findDrift } from "../../stacks/stack/drift.js";
import type { Expected, ExpectedContainer } from "../../stacks/stack/expected.js";
import type { Found } from "../../stacks/stack/found.js";

const server: ExpectedContainer = {
  address: "docker_container.server",
  id: "1",
  name: "lab-tracking-server",
  imageId: "sha256:a",
  environment: { A: "1" },
  networks: ["lab_front"],
};
const expected: Expected = {
  containers: [server],
  images: [],
  networks: [{ address: "docker_network.front", id: "n1", name: "lab_front" }],
  volumes: [
    { address: "docker_volume.data", id: "lab_data", name: "lab_tracking-server-data" },
    { address: "docker_volume.tmp", id: "lab_tmp", name: "lab_tracking-server-tmp" },
  ],
};
const container: OwnedContainer = {
  id: "1",
  name: "lab-tracking-server",
  state: "running",
  health: "healthy",
  exitCode: 0,
  imageId: "sha256:a",
  image: "a",
  environment: { A: "1", PATH: "/bin" },
  labels: { "mlflow-stacks.owner": "one" },
  networks: { lab_front: "n1" },
  bindings: [],
};
const found = (
  containers: readonly OwnedContainer[],
  volumes = ["lab_tracking-server-data", "lab_tracking-server-tmp"],
): Found => ({
  owned: { containers, networks: [{ id: "n1", name: "lab_front", labels: {} }], volumes: [] },
  owner: "one",
  volumes: new Set(volumes),
  imageOf: new Map(),
  imageIds: new Set(),
});
const roleOf = (address: string) =>
  address === server.address ? "tracking-server" : address.replace("docker_", "").replace(".", " ");
const drift = (there: Found, wanted = expected) => findDrift(wanted, there, roleOf);

describe("what is not as the last deploy left it", () => {
  test("is nothing where all is", () => {
    expect(drift(found([container]))).toEqual([]);
  });

  const halts: readonly (readonly [string, string, string])[] = [
    ["exited", "terraform", "was stopped (exit code 137)"],
    ["created", "terraform", "was never started"],
    ["removing", "terraform", "is removing"],
    ["restarting", "restart", "ends and starts again and again (exit code 137)"],
    ["paused", "unpause", "is paused"],
    ["dead", "remove-container", "is dead: Docker could not remove all of it"],
  ];
  test.each(halts)("is a container that is %s, for %s", (state, kind, what) => {
    const stopped = { ...container, state, exitCode: 137 };
    const [first, ...others] = drift(found([stopped]));
    expect(others).toEqual([]);
    expect(first).toMatchObject({
      address: server.address,
      words: `tracking-server: the container ${what}`,
      repair: kind === "terraform" ? { kind } : { kind, id: "1" },
    });
  });

  test("is also what was edited in a container that is paused", () => {
    const paused = { ...container, state: "paused", environment: { A: "2" } };
    expect(drift(found([paused])).map(({ repair }) => repair.kind)).toEqual(["unpause", "replace"]);
  });

  test("is a container that runs with another folder's mark, or with none", () => {
    const words = (labels: Readonly<Record<string, string>>) =>
      drift(found([{ ...container, labels }])).map((one) => one.words);
    expect(words({ "mlflow-stacks.owner": "two" })).toEqual([
      'tracking-server: the container is there, but of another folder (mlflow-stacks.owner=two, MLSTACK_OWNER is "one")',
    ]);
    expect(words({})).toEqual([
      'tracking-server: the container is there, but of another folder (it has no label mlflow-stacks.owner, MLSTACK_OWNER is "one")',
    ]);
  });

  const lost: readonly (readonly [string, Readonly<Record<string, string>>])[] = [
    ["no network", {}],
    ["a network of the same name that is gone", { lab_front: "n0" }],
  ];
  test.each(lost)("is a container on %s", (_, networks) => {
    expect(drift(found([{ ...container, networks }]))).toEqual([
      {
        address: server.address,
        words: "tracking-server: the container is no longer on the network lab_front",
        repair: { kind: "replace" },
      },
    ]);
  });

  test("is no container that was never started, which has no network's id yet", () => {
    expect(drift(found([{ ...container, networks: { lab_front: "" } }]))).toEqual([]);
  });

  test("is another container under its name, also where its own has another name now", () => {
    const twin = { ...container, id: "2", environment: { A: "2" } };
    const repair = { kind: "remove-container", id: "2" };
    expect(drift(found([twin]))).toEqual([
      {
        address: server.address,
        words:
          'tracking-server: the container was made anew by something else, with another environment (A is "2", was "1")',
        repair,
      },
    ]);
    expect(drift(found([{ ...container, name: "lab-old" }, twin]))).toEqual([
      {
        address: undefined,
        words: "container lab-tracking-server was left by a deploy that did not end",
        repair,
      },
    ]);
  });

  test("is everything with the deployment's label where the state is lost", () => {
    const nothing: Expected = { containers: [], images: [], networks: [], volumes: [] };
    expect(drift(found([container]), nothing).map(({ words }) => words)).toEqual([
      "container lab-tracking-server is of a deploy whose state is lost",
      "network lab_front is of a deploy whose state is lost",
    ]);
  });

  test("is a volume that is gone; with data in it, its readers begin anew", () => {
    expect(drift(found([container], []))).toEqual([
      {
        address: "docker_volume.data",
        words: "volume data: lab_tracking-server-data was removed, and the data in it",
        repair: { kind: "lost-data", volume: "lab_tracking-server-data", readers: ["1"] },
      },
      {
        address: "docker_volume.tmp",
        words: "volume tmp: lab_tracking-server-tmp was removed",
        repair: { kind: "terraform" },
      },
    ]);
  });
});
