import { describe, expect, test } from "vitest";
import { Problems, resolveDeployment } from "../../constructs/mlflow/index.js";
import type { HostFacts } from "../../stacks/host/facts.js";
import type { HostContainer, Named } from "../../stacks/host/inventory.js";
import { requireHost, type Wanted } from "../../stacks/host/preflight.js";

const facts: HostFacts = {
  title: '"me@box"',
  hostname: "box",
  engineId: "one",
  engineVersion: "27.5.1",
  architecture: "amd64",
  cpus: 4,
  memoryMiB: 16_000,
  availableMemoryMiB: 8_000,
  root: "/var/lib/docker",
  freeGiB: 100,
  clockAheadSeconds: 0,
  listening: [{ host: "0.0.0.0", port: 22 }],
  addresses: ["127.0.0.1", "192.168.1.20", "::1", "fe80::1"],
  sshAddress: "192.168.1.20",
  containers: [],
  networks: [],
  volumes: [],
};

const none = { containers: [], networks: [], volumes: [] };
const wanted: Wanted = {
  deployment: resolveDeployment({ topology: "localhost-database", name: "lab" }),
  stack: "home-lab",
  owner: "one",
  names: {
    containers: ["lab-tracking-server"],
    networks: ["lab_front"],
    volumes: ["lab_tracking-server-data", "lab_tracking-server-secrets"],
  },
  owned: none,
  bindings: [],
  mayAdoptVolumes: false,
};
const on = (bindAddress: string, port = 5000): Partial<Wanted> => ({
  deployment: resolveDeployment({
    topology: "remote-server",
    name: "lab",
    trackingServer: { bindAddress, port, publicUrls: ["http://box:5000"] },
  }),
});

function problems(found: Partial<HostFacts>, changes: Partial<Wanted> = {}): readonly string[] {
  const list = new Problems();
  requireHost({ ...facts, ...found }, { ...wanted, ...changes }, list);
  return list.error().problems.map(({ path, problem }) => `${path}: ${problem}`);
}

const thing = (name: string, labels: Partial<Named> = {}): Named => ({
  id: `${name}-0123456789ab`,
  name,
  deployment: "",
  stack: "",
  owner: "",
  project: "",
  folder: "",
  ...labels,
});
const container = (name: string, more: Partial<HostContainer> = {}): HostContainer => ({
  ...thing(name, more),
  state: "running",
  published: [],
  ...more,
});
const ours = { deployment: "lab", stack: "home-lab", owner: "one" };

test("a good host has no problem", () => expect(problems({})).toEqual([]));

test.each([
  [
    "an old engine",
    { engineVersion: "19.03.15" },
    "Docker engine: must be 20.10 or newer; this one is 19.03.15; install a newer one (https://docs.docker.com/engine/install/)",
  ],
  [
    "32 bits",
    { architecture: "arm" },
    'Docker engine: must be for amd64 or arm64, for which there are images; that of "me@box" is for arm; install a 64-bit system there',
  ],
  [
    "few processors",
    { cpus: 1 },
    'MLSTACK_PROFILE: "n100" is for machines with 2 processors or more; "me@box" has 1; use a smaller profile, such as "small"',
  ],
  [
    "a late clock",
    { clockAheadSeconds: -3601 },
    'clock: must be right on "me@box", for certificates and the signatures of S3; it is 60 minutes behind this machine\'s; set both by NTP (sudo timedatectl set-ntp true)',
  ],
  [
    "an early clock",
    { clockAheadSeconds: 301 },
    'clock: must be right on "me@box", for certificates and the signatures of S3; it is 5 minutes ahead of this machine\'s; set both by NTP (sudo timedatectl set-ntp true)',
  ],
  [
    "little free memory",
    { availableMemoryMiB: 800 },
    'MLSTACK_PROFILE: "n100" starts with 1024 MiB of memory free or more; "me@box" has 800 MiB; end something, or set MLSTACK_PROFILE=small',
  ],
  [
    "little memory, where nobody knows what is free",
    { availableMemoryMiB: undefined, memoryMiB: 800 },
    'MLSTACK_PROFILE: "n100" starts with 1024 MiB of memory free or more; "me@box" in all has 800 MiB; end something, or set MLSTACK_PROFILE=small',
  ],
  [
    "a full disk",
    { freeGiB: 1.26 },
    'MLSTACK_PROFILE: needs 5 GiB of disk free at "/var/lib/docker"; 1.2 GiB are; remove something on "me@box" (docker system df shows what Docker holds there)',
  ],
] satisfies readonly [string, Partial<HostFacts>, string][])("%s", (_, found, problem) => {
  expect(problems(found)).toEqual([problem]);
});

test("what a host could not be asked for is no problem", () => {
  const unknown = {
    availableMemoryMiB: undefined,
    freeGiB: undefined,
    clockAheadSeconds: undefined,
    listening: undefined,
    addresses: undefined,
  };
  expect(problems(unknown, on("10.9.9.9"))).toEqual([]);
});

test("everything wrong is one list", () => {
  const found = problems({
    engineVersion: "19.03",
    architecture: "arm",
    cpus: 1,
    clockAheadSeconds: 9999,
    availableMemoryMiB: 1,
    freeGiB: 0,
    listening: [{ host: "127.0.0.1", port: 5000 }],
    networks: [thing("lab_front")],
  });
  expect(found).toHaveLength(8);
});

test("a deployment that runs needs little", () => {
  const running = { containers: [container("lab-tracking-server", ours)] };
  expect(problems({ ...running, availableMemoryMiB: 10, freeGiB: 1.5 })).toEqual([]);
  expect(problems({ ...running, freeGiB: 0.5 })).toHaveLength(1);
  const stopped = (state: string) => ({
    containers: [container("lab-tracking-server", { ...ours, state })],
    availableMemoryMiB: 10,
  });
  expect(problems(stopped("exited"))).toHaveLength(1);
  expect(problems(stopped("paused"))).toEqual([]);
});

describe("the port", () => {
  const taken = (bindAddress: string, host: string) =>
    problems({ listening: [{ host, port: 5000 }] }, on(bindAddress)).length;

  test.each([
    ["127.0.0.1", "127.0.0.1", 1],
    ["127.0.0.1", "0.0.0.0", 1],
    ["127.0.0.1", "::", 1],
    ["127.0.0.1", "192.168.1.20", 0],
    ["127.0.0.1", "::1", 0],
    ["0.0.0.0", "192.168.1.20", 1],
    ["0.0.0.0", "::1", 0],
    ["192.168.1.20", "127.0.0.1", 0],
  ])("for %s, while something listens on %s", (bindAddress, host, count) => {
    expect(taken(bindAddress, host)).toBe(count);
  });

  test("is named with who has it and with one that is free", () => {
    const listening = [5000, 5001].map((port) => ({ host: "127.0.0.1", port }));
    expect(problems({ listening })).toEqual([
      'MLFLOW_PORT: must be a free port; 5000 on 127.0.0.1 of "me@box" is taken by another program; stop that, or use another one, such as --port 5002',
    ]);
    const other = container("nas", { published: [{ host: "0.0.0.0", port: 5000 }] });
    expect(problems({ containers: [other] })).toEqual([
      'MLFLOW_PORT: must be a free port; 5000 on 127.0.0.1 of "me@box" is taken by the container nas; stop that, or use another one, such as --port 5001',
    ]);
    expect(problems({ containers: [{ ...other, state: "exited" }] })).toEqual([]);
    const last = { listening: [{ host: "127.0.0.1", port: 65_535 }] };
    expect(problems(last, on("127.0.0.1", 65_535))[0]).toMatch(/--port 65534$/);
  });

  test("of our own server is no problem, on this address or another of before", () => {
    const published = [{ host: "127.0.0.1", port: 5000 }];
    const own = container("lab-tracking-server", { ...ours, published });
    expect(problems({ containers: [own], listening: published })).toEqual([]);
    expect(problems({ containers: [own], listening: published }, on("0.0.0.0"))).toEqual([]);
    const known = { ...own, deployment: "", stack: "", owner: "" };
    const owned = { ...none, containers: [own.id] };
    expect(problems({ containers: [known], listening: published }, { owned })).toEqual([]);
    const both = [...published, { host: "192.168.1.20", port: 5000 }];
    expect(problems({ containers: [own], listening: both }, on("0.0.0.0"))).toHaveLength(1);
  });

  test("of our own server is no problem while that is paused, or between two starts", () => {
    const published = [{ host: "127.0.0.1", port: 5000 }];
    const paused = container("lab-tracking-server", { ...ours, state: "paused", published });
    expect(problems({ containers: [paused], listening: published })).toEqual([]);
    // Docker lists no port of it at that moment.
    const restarting = container("lab-tracking-server", { ...ours, state: "restarting" });
    const there = { containers: [restarting], listening: published };
    expect(problems(there, { bindings: published })).toEqual([]);
    expect(problems(there, { bindings: [{ host: "127.0.0.1", port: 5001 }] })).toHaveLength(1);
    const stopped = { ...restarting, state: "exited" };
    expect(problems({ containers: [stopped], listening: published })).toEqual([
      'MLFLOW_PORT: must be a free port; 5000 on 127.0.0.1 of "me@box" is taken by another program; stop that, or use another one, such as --port 5001',
    ]);
  });

  test("is on an address of the host", () => {
    expect(problems({}, on("192.168.1.20"))).toEqual([]);
    expect(problems({}, on("0.0.0.0"))).toEqual([]);
    expect(problems({}, on("127.0.0.5"))).toEqual([]);
    expect(problems({}, on("192.168.1.21"))).toEqual([
      'MLFLOW_HOST: must be an address of "me@box"; got "192.168.1.21"; it has 192.168.1.20',
    ]);
  });
});

describe("names", () => {
  test("of our own are no problem, by label or because our state knows them", () => {
    const found = {
      containers: [container("lab-tracking-server", ours)],
      networks: [thing("lab_front", { deployment: "lab", owner: "one" })],
      volumes: [thing("lab_tracking-server-data")],
    };
    const owned = { ...none, volumes: ["lab_tracking-server-data"] };
    expect(problems(found, { owned })).toEqual([]);
  });

  test("that something else has", () => {
    expect(
      problems({
        containers: [container("lab-tracking-server"), container("other")],
        networks: [thing("lab_front", { deployment: "x", stack: "y" }), thing("bridge")],
        volumes: [thing("lab_tracking-server-data", { project: "nas" })],
      }),
    ).toEqual([
      'MLSTACK_NAME: "me@box" has a container lab-tracking-server that no mlstack made; set another MLSTACK_NAME, or remove it there: docker rm -f lab-tracking-server',
      'MLSTACK_NAME: "me@box" has a network lab_front of the deployment "x" of the stack "y"; set another MLSTACK_NAME, or remove it there: docker network rm lab_front',
      'MLSTACK_NAME: "me@box" has a volume lab_tracking-server-data that no mlstack made; set another MLSTACK_NAME, or remove it there and all data in it: docker volume rm lab_tracking-server-data',
    ]);
  });

  test("of another folder's deployment of the same name are told once", () => {
    const other = { deployment: "lab", stack: "home-lab", owner: "two" };
    const found = {
      containers: [container("lab-tracking-server", other)],
      networks: [thing("lab_front", other)],
    };
    expect(problems(found)).toEqual([
      'MLSTACK_NAME: "me@box" has the deployment "lab" of another folder (lab-tracking-server and 1 more); to go on with it, put that folder\'s .env into the output folder; else set another MLSTACK_NAME',
    ]);
  });

  const composed = { project: "lab", folder: "/srv/lab" };

  test("of a Compose project are told once, whatever its containers are called", () => {
    const problem =
      'MLSTACK_NAME: "lab" is used on "me@box" by the Compose project "lab" of "/srv/lab"; first run there, which keeps its data: docker compose -p lab down; or set another MLSTACK_NAME';
    expect(
      problems({
        containers: [container("lab-tracking-server-1", { ...composed, state: "exited" })],
        networks: [thing("lab_front", { project: "lab" })],
      }),
    ).toEqual([problem]);
    expect(problems({ networks: [thing("lab_front", { project: "lab" })] })).toEqual([
      problem.replace(' of "/srv/lab"', ""),
    ]);
  });

  test("of volumes that Compose left, with and without its secrets", () => {
    const volumes = [
      thing("lab_tracking-server-data", { project: "lab" }),
      thing("lab_tracking-server-secrets", { project: "lab" }),
    ];
    expect(problems({ volumes }, { mayAdoptVolumes: true })).toEqual([]);
    expect(problems({ volumes })).toEqual([
      'MLSTACK_NAME: "me@box" has the volume lab_tracking-server-data, left of the Compose project "lab"; to go on with its data, put that project\'s .env into the output folder; or set another MLSTACK_NAME; or, where nobody wants it, remove it there and all data in it: docker volume rm lab_tracking-server-data',
    ]);
    const foreign = [thing("lab_tracking-server-data", { project: "other" })];
    expect(problems({ volumes: foreign }, { mayAdoptVolumes: true })).toHaveLength(1);
  });

  test("of a volume whose name an old state knows, and which another folder made since", () => {
    const name = "lab_tracking-server-data";
    const owned = { ...none, volumes: [name] };
    const volumes = [thing(name, { deployment: "lab", owner: "two" })];
    expect(problems({ volumes }, { owned })[0]).toContain("of another folder");
    expect(problems({ volumes }, { owned, stateOwner: "two" })).toEqual([]);
    expect(problems({ volumes: [thing(name)] }, { owned })).toEqual([]);
  });

  test("of volumes that somebody made by hand, with and without the secrets", () => {
    const volumes = [thing("lab_tracking-server-data")];
    expect(problems({ volumes }, { mayAdoptVolumes: true })).toEqual([]);
    expect(problems({ volumes })).toEqual([
      'MLSTACK_NAME: "me@box" has the volume lab_tracking-server-data, which may hold data of an earlier deployment; to go on with its data, put that deployment\'s .env into the output folder; or set another MLSTACK_NAME; or, where nobody wants it, remove it there and all data in it: docker volume rm lab_tracking-server-data',
    ]);
  });
});
