import { createServer, type AddressInfo } from "node:net";
import { expect, test } from "vitest";
import { resolveDockerHost } from "../../constructs/docker/host.js";
import { hostFacts } from "../../stacks/host/facts.js";
import { fakeHost, infoAt, print } from "./fake-host.js";

const fake = fakeHost();
const box = resolveDockerHost({ url: "ssh://me@box" });
const tcp = resolveDockerHost({ url: "tcp://box:2375" });

async function facts(host = box) {
  const answer = await hostFacts(host);
  if (!answer.ok) throw new Error(answer.problem);
  return answer.facts;
}

async function problem(host = box, timeout?: number): Promise<string> {
  const answer = await hostFacts(host, timeout);
  return answer.ok ? "" : answer.problem;
}

const container = {
  id: "c1",
  name: "lab-tracking-server",
  state: "running",
  ports: "192.168.1.20:5000->5000/tcp, [::1]:80-81->80-81/tcp, 9000/tcp, 0.0.0.0:53->53/udp",
  deployment: "lab",
  stack: "home-lab",
  owner: "one",
  project: "",
  folder: "",
};

test("a host is asked everything over one connection", async () => {
  fake.become({
    ssh: "",
    docker: {
      ps: print(container),
      "volume ls": print({ id: "v", name: "v", project: "p", folder: "/srv/p" }),
    },
  });
  const found = await facts();
  expect(fake.asked()).toHaveLength(1);
  expect(found).toMatchObject({
    title: '"me@box"',
    hostname: "n100",
    engineVersion: "27.5.1",
    architecture: "amd64",
    cpus: 4,
    memoryMiB: 16_384,
    root: "/",
    clockAheadSeconds: 0,
    sshAddress: "10.0.0.7",
    networks: [],
    volumes: [
      { id: "v", name: "v", deployment: "", stack: "", owner: "", project: "p", folder: "/srv/p" },
    ],
  });
  const { ports: _, ...rest } = container;
  const published = [
    { host: "192.168.1.20", port: 5000 },
    { host: "::1", port: 80 },
    { host: "::1", port: 81 },
  ];
  expect(found.containers).toEqual([{ ...rest, published }]);
});

test.runIf(process.platform === "linux")("the shell tells of the machine itself", async () => {
  fake.become({});
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  const found = await facts();
  server.close();
  expect(found.listening).toContainEqual({ host: "127.0.0.1", port });
  expect(found.addresses).toContain("127.0.0.1");
  expect(found.freeGiB).toBeGreaterThan(0);
  expect(found.availableMemoryMiB).toBeGreaterThan(0);
});

test("what is printed at a login is not taken for an answer", async () => {
  const run = 'for last; do :; done; echo "Welcome to box"; sh -c "$last"; echo "ServerVersion"';
  fake.become({ ssh: run });
  expect((await facts()).hostname).toBe("n100");
});

test.each([
  ["ahead", 4000, 3990, 4000],
  ["behind", -4000, -4000, -3990],
])("a clock %s is told by the least that it is off", async (_, seconds, least, most) => {
  fake.become({ docker: { info: infoAt(seconds) } });
  const { clockAheadSeconds = 0 } = await facts();
  expect(clockAheadSeconds).toBeGreaterThanOrEqual(least);
  expect(clockAheadSeconds).toBeLessThanOrEqual(most);
});

test("a slow answer is no wrong clock", async () => {
  fake.become({ docker: { info: `${infoAt(0)}; sleep 1.5` } });
  expect((await facts()).clockAheadSeconds).toBe(0);
});

test.each([
  ["arm", "arm"],
  ["", "arm64"],
])("the engine's own architecture counts, where it tells: %s", async (said, architecture) => {
  const info = infoAt(0, { Architecture: "aarch64" });
  fake.become({ docker: { info, version: `echo ${said}` } });
  expect(await facts()).toMatchObject({ architecture });
});

test("an engine over TCP tells of itself alone", async () => {
  fake.become({ docker: tcpAnswers() });
  expect(await facts(tcp)).toMatchObject({
    title: '"tcp://box:2375"',
    hostname: "n100",
    clockAheadSeconds: 0,
    freeGiB: undefined,
    availableMemoryMiB: undefined,
    listening: undefined,
    addresses: undefined,
    containers: [{ name: "lab-tracking-server" }],
  });
});

const tcpAnswers = (): Record<string, string> => {
  const answers = {
    info: infoAt(0),
    version: "echo amd64",
    ps: print(container),
    "network ls": ":",
    "volume ls": ":",
  };
  return Object.fromEntries(
    Object.entries(answers).map(([words, lines]) => [`-H tcp://box:2375 ${words}`, lines]),
  );
};

test("an engine elsewhere that docker finds by itself has none of this machine's facts", async () => {
  const local = resolveDockerHost({});
  fake.become({ docker: { "context inspect": "echo tcp://other:2375" } });
  expect(await facts(local)).toMatchObject({ listening: undefined, freeGiB: undefined });
  fake.become({ docker: { "context inspect": "echo unix:///var/run/docker.sock" } });
  const { freeGiB } = await facts(local);
  expect(freeGiB === undefined).toBe(process.platform !== "linux");
});

test("the memory and disk of a virtual machine are not this machine's", async () => {
  fake.become({ docker: { info: infoAt(0, { OperatingSystem: "Docker Desktop" }) } });
  expect(await facts(resolveDockerHost({}))).toMatchObject({
    availableMemoryMiB: undefined,
    freeGiB: undefined,
  });
});

const denied =
  "echo 'permission denied while trying to connect to the Docker daemon socket at unix:///var/run/docker.sock' >&2; exit 1";
const stopped =
  "echo 'Cannot connect to the Docker daemon at unix:///var/run/docker.sock. Is the docker daemon running?' >&2; exit 1";

test.each([
  [
    "no docker",
    "echo 'sh: 1: docker: not found' >&2; exit 127",
    '"me@box" has no docker command where ssh looks for it; install the engine there (https://docs.docker.com/engine/install/), or put docker on the PATH of commands that come over ssh',
  ],
  [
    "no right",
    denied,
    'the user of "me@box" may not use Docker; run there: sudo usermod -aG docker "$USER", and try again a minute later, in a new login',
  ],
  [
    "no engine",
    stopped,
    'the Docker engine of "me@box" does not answer: Cannot connect to the Docker daemon at unix:///var/run/docker.sock. Is the docker daemon running?; start it there: sudo systemctl enable --now docker',
  ],
  [
    "no engine, told in JSON",
    print({ ServerErrors: ["Cannot connect to the Docker daemon"] }),
    'the Docker engine of "me@box" does not answer: Cannot connect to the Docker daemon; start it there: sudo systemctl enable --now docker',
  ],
])("%s on the host is told with the way out", async (_, info, sentence) => {
  fake.become({ docker: { info } });
  expect(await problem()).toBe(sentence);
});

test("an engine that hangs is given up", async () => {
  fake.become({ docker: { info: "sleep 20" } });
  expect(await problem(box, 1000)).toBe('the Docker engine of "me@box" did not answer in time');
});

test("a list that was cut short is no answer", async () => {
  fake.become({ docker: { "volume ls": "echo 'error during connect: EOF' >&2; exit 1" } });
  expect(await problem()).toMatch(/does not answer: error during connect: EOF/);
  const cut =
    'for last; do :; done; sh -c "$last" | sed /containers/q; echo "client_loop: send disconnect: Broken pipe" >&2; exit 255';
  fake.become({ ssh: cut });
  expect(await problem()).toBe('the connection to "me@box" broke; run it again');
  fake.become({
    docker: { ...tcpAnswers(), "-H tcp://box:2375 ps": "exit 1" },
  });
  expect(await problem(tcp)).toMatch(/does not answer/);
});

test("an account without a shell is told as that", async () => {
  fake.become({ ssh: "echo 'This account is currently not available.'; exit 1" });
  expect(await problem()).toBe(
    '"me@box" runs no commands over ssh: This account is currently not available.; its user needs a POSIX shell',
  );
});

test("without ssh, it is named", async () => {
  const path = process.env["PATH"];
  process.env["PATH"] = "/nonexistent";
  expect(await problem()).toBe("there is no ssh command on PATH; install OpenSSH's client");
  expect(await problem(tcp)).toBe("there is no docker command on PATH");
  process.env["PATH"] = path;
});

test("an engine of this machine has this machine's words", async () => {
  fake.become({ docker: { info: denied } });
  expect(await problem(resolveDockerHost({}))).toBe(
    'you may not use Docker on this machine; run: sudo usermod -aG docker "$USER", and log in again',
  );
});
