import { expect, test } from "vitest";
import { resolveDockerHost } from "../../constructs/docker/host.js";
import { resolveDeployment } from "../../constructs/mlflow/index.js";
import { findParts } from "../../stacks/destroy/parts.js";
import type { HostFacts } from "../../stacks/host/facts.js";
import type { Named } from "../../stacks/host/inventory.js";
import type { StackSession } from "../../stacks/stack/session.js";
import type { State } from "../../stacks/terraform/state.js";
import { fakeHost, print } from "../host/fake-host.js";

const fake = fakeHost();
const { signal } = new AbortController();
const data = ["backend-store-data", "artifact-store-data"].map((name) => `lab_${name}`);

const session = (owner: string, mayAdopt: boolean) =>
  ({
    settings: {
      deployment: resolveDeployment({
        topology: "remote-server",
        name: "lab",
        trackingServer: { publicUrls: ["http://box:5000"] },
      }),
      host: resolveDockerHost({ url: "ssh://me@box" }),
    },
    generated: { owner, mayAdopt },
    hostNames: { containers: [], networks: [], volumes: [...data, "lab_tracking-server-tmp"] },
    names: { nameOf: (address: string) => address, dataVolumes: ["docker_volume.data"] },
  }) as unknown as StackSession;

const volume = (name: string, owner: string): Named => ({
  ...{ id: name, name, owner, stack: "", project: "", folder: "" },
  deployment: owner === "" ? "" : "lab",
});
const factsOf = (volumes: readonly Named[]) =>
  ({ title: "this machine", containers: [], networks: [], volumes }) as unknown as HostFacts;

/** What goes and stays of a host with these volumes and a container of the folder `one`. */
function parts(
  volumes: readonly Named[],
  {
    owner = "one",
    asked = [],
    state,
    mayAdopt = true,
  }: { owner?: string; asked?: readonly string[]; state?: State; mayAdopt?: boolean } = {},
) {
  fake.become({
    docker: {
      "container ls": print("c1"),
      "container inspect c1": print([
        {
          ...{ Id: "c1", Name: "/lab-tracking-server", State: { Status: "running" } },
          Config: { Labels: { "mlflow-stacks.owner": "one" } },
        },
      ]),
      "network ls": ":",
      "volume ls": ":",
    },
  });
  return findParts(session(owner, mayAdopt), state, factsOf(volumes), asked, signal);
}

const own = [...data, "lab_tracking-server-tmp"].map((name) => volume(name, "one"));
const repairs = (found: Awaited<ReturnType<typeof parts>>) =>
  found.strangers.map(({ repair }) => repair);
const container = { kind: "remove-container", id: "c1" };

test("without a state the labels tell what goes; data stays and is named", async () => {
  const found = await parts([...own, volume("other_backend-store-data", "")]);
  expect(repairs(found)).toEqual([
    container,
    { kind: "remove-volume", name: "lab_tracking-server-tmp" },
  ]);
  expect(found).toMatchObject({ gone: [], kept: [], data: [], foreign: undefined });
  expect(found.left).toEqual(["volume backend-store-data", "volume artifact-store-data"]);
});

test("data that is named goes, also that of a volume that somebody restored by hand", async () => {
  const [database = "", files = ""] = data;
  const volumes = [volume(database, ""), volume(files, "one"), volume("lab_mine-data", "")];
  const found = await parts(volumes, { asked: ["backend-store-data"] });
  expect(repairs(found)).toEqual([container, { kind: "remove-volume", name: database }]);
  expect(found.data).toEqual(["volume backend-store-data"]);
  expect(found.left).toEqual(["volume artifact-store-data"]);
});

test("another folder's is told and left alone, also when it is named", async () => {
  const found = await parts(own, { owner: "two" });
  expect(found).toMatchObject({ gone: [], left: [], strangers: [] });
  expect(found.foreign).toBe(
    'this machine has the deployment "lab" of another folder (lab_backend-store-data and 2 more)',
  );
  await expect(parts(own, { owner: "two", asked: ["backend-store-data"] })).rejects.toThrow(
    "--delete-data: must be of this folder; this machine has the deployment",
  );
});

test("without .env the state tells whose it is", async () => {
  const values = {
    name: data[0],
    labels: [{ label: "mlflow-stacks.owner", value: "one" }],
  };
  const resource = { mode: "managed", type: "docker_volume", name: "data", tainted: false, values };
  const state: State = { resources: [{ ...resource, address: "docker_volume.data" }] };
  const found = await parts(own, { owner: "", state });
  expect(repairs(found)).toEqual([
    container,
    { kind: "remove-volume", name: "lab_tracking-server-tmp" },
  ]);
  expect(found).toMatchObject({ kept: ["docker_volume.data"], foreign: undefined });
  expect(found.left).toEqual(["volume artifact-store-data"]);
  const named = await parts(own, { owner: "", state, asked: [String(data[0])] });
  expect(named).toMatchObject({ gone: ["docker_volume.data"], kept: [] });
  expect(named.data).toEqual(["docker_volume.data"]);
});

test("a volume that says not whose it is goes only with the secrets, and not beside another folder's", async () => {
  const [database = "", files = ""] = data;
  const asked = ["backend-store-data"];
  const unmarked = [volume(database, ""), volume(files, "")];
  const refusal = `--delete-data: must be of this folder; ${database} of this machine says not whose it is`;
  await expect(parts(unmarked, { asked, mayAdopt: false })).rejects.toThrow(refusal);
  expect((await parts(unmarked, { mayAdopt: false })).left).toEqual([]);
  const beside = [volume(database, ""), volume(files, "two")];
  await expect(parts(beside, { asked })).rejects.toThrow(refusal);
});

test("a name that an old state knows is another folder's once that folder has taken it", async () => {
  const values = { name: data[0], labels: [{ label: "mlflow-stacks.owner", value: "one" }] };
  const resource = { mode: "managed", type: "docker_volume", name: "data", tainted: false, values };
  const state: State = { resources: [{ ...resource, address: "docker_volume.data" }] };
  const taken = [volume(String(data[0]), "two")];
  await expect(parts(taken, { state, asked: ["backend-store-data"] })).rejects.toThrow(
    "of another folder",
  );
});
