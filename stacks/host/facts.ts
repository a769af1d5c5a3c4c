import type { DockerHost } from "../../constructs/docker/host.js";
import { lastLine, parseJson } from "../tools/docker.js";
import type { Listener } from "../tools/listener.js";
import { readInventory, type Inventory } from "./inventory.js";
import { listeningSockets, ownAddresses } from "./proc-net.js";
import { askWhySshFailed, hostName } from "./ssh-failure.js";
import { surveyHost, type Survey } from "./survey.js";

/** What a host says of itself. Undefined: it could not be asked for that. */
export interface HostFacts extends Inventory {
  /** How sentences call it: `"user@box"` or `this machine`. */
  readonly title: string;
  /** The name that it has for itself. */
  readonly hostname: string;
  readonly engineVersion: string;
  /** Id that the engine gave itself when it was installed. */
  readonly engineId: string;
  /** Of the engine, in Docker's words: `amd64`, `arm64`. */
  readonly architecture: string;
  readonly cpus: number;
  readonly memoryMiB: number;
  readonly availableMemoryMiB: number | undefined;
  /** Directory of images and volumes. */
  readonly root: string;
  /** Free there. */
  readonly freeGiB: number | undefined;
  /** Seconds that its clock is ahead of ours, at least; negative: behind. */
  readonly clockAheadSeconds: number | undefined;
  readonly listening: readonly Listener[] | undefined;
  readonly addresses: readonly string[] | undefined;
  /** The address at which ssh reached it. */
  readonly sshAddress: string | undefined;
}

export type HostAnswer =
  | { readonly ok: true; readonly facts: HostFacts }
  | { readonly ok: false; readonly problem: string };

/** Asks the host, in one connection and for at most half a minute. */
export async function hostFacts(host: DockerHost, timeout = 30_000): Promise<HostAnswer> {
  const before = Date.now();
  const survey = await surveyHost(host, timeout);
  const after = Date.now();
  const info = parseJson(survey.sections.get("info") ?? "");
  const version = info?.["ServerVersion"];
  if (!survey.complete || !info || typeof version !== "string" || version === "") {
    return { ok: false, problem: await whyUnknown(host, survey, info) };
  }
  const text = (name: string) => String(info[name] ?? "");
  const facts: HostFacts = {
    title: hostName(host),
    hostname: text("Name"),
    engineVersion: version,
    engineId: text("ID"),
    architecture: goArchitecture(section(survey, "arch") || text("Architecture")),
    cpus: Number(info["NCPU"] ?? 1),
    memoryMiB: Math.floor(Number(info["MemTotal"] ?? 0) / 2 ** 20),
    root: text("DockerRootDir"),
    clockAheadSeconds: clockAhead(text("SystemTime"), before, after),
    ...machineFacts(host, survey, text("OperatingSystem")),
    ...readInventory({
      containers: section(survey, "containers"),
      networks: section(survey, "networks"),
      volumes: section(survey, "volumes"),
    }),
  };
  return { ok: true, facts };
}

const section = ({ sections }: Survey, name: Parameters<typeof sections.get>[0]): string =>
  sections.get(name)?.trim() ?? "";

/** As Docker names architectures, not the kernel. */
const goArchitecture = (name: string): string =>
  ({ x86_64: "amd64", aarch64: "arm64", armv7l: "arm", armv6l: "arm", i686: "386" })[name] ?? name;

type MachineFacts = Pick<
  HostFacts,
  "availableMemoryMiB" | "freeGiB" | "listening" | "addresses" | "sshAddress"
>;

/** What the shell says, as far as it is about the engine's machine. */
function machineFacts(host: DockerHost, survey: Survey, operatingSystem: string): MachineFacts {
  const text = (name: Parameters<typeof section>[1]) => section(survey, name);
  const endpoint = process.env["DOCKER_HOST"] ?? text("endpoint");
  const shares = host.url !== undefined || endpoint === "" || /^(unix|npipe):/.test(endpoint);
  const linux = survey.shell && shares && text("kernel").startsWith("Linux");
  // Docker Desktop listens here, but its memory and disk are those of a virtual machine.
  const same = linux && !operatingSystem.includes("Docker Desktop");
  const memory = /^MemAvailable:\s+(\d+) kB/m.exec(text("memory"))?.[1];
  // Of a long device name `df` makes no second line here, but a name may hold spaces.
  const disk = /\s\d+\s+\d+\s+(\d+)\s+\d+%\s/.exec(text("disk"))?.[1];
  const addresses = ownAddresses(text("addresses"));
  return {
    availableMemoryMiB:
      same && memory !== undefined ? Math.floor(Number(memory) / 1024) : undefined,
    freeGiB: same && disk !== undefined ? Number(disk) / 2 ** 20 : undefined,
    listening: linux && text("sockets") !== "" ? listeningSockets(text("sockets")) : undefined,
    addresses: linux && addresses.length > 0 ? addresses : undefined,
    sshAddress: host.kind === "ssh" ? text("connection").split(" ")[2] : undefined,
  };
}

/** The least that the clocks differ by: nobody knows when between question and answer it was read. */
function clockAhead(systemTime: string, before: number, after: number): number | undefined {
  const time = Date.parse(systemTime);
  if (Number.isNaN(time)) return undefined;
  const [least, most] = [(time - after) / 1000, (time - before) / 1000];
  return Math.trunc(least > 0 ? least : Math.min(0, most)) + 0;
}

async function whyUnknown(
  host: DockerHost,
  { ran, shell }: Survey,
  info: Record<string, unknown> | undefined,
): Promise<string> {
  const title = hostName(host);
  const said = [ran.stderr, ...((info?.["ServerErrors"] ?? []) as string[])].join("\n");
  if (host.kind === "ssh" && shell && ran.exitCode === 255) {
    return `the connection to ${title} broke; run it again`;
  }
  if (host.kind === "ssh" && !shell) {
    return ran.exitCode === 255 || ran.exitCode === undefined
      ? askWhySshFailed(host, ran)
      : `${title} runs no commands over ssh: ${lastLine(ran.stderr) || lastLine(ran.stdout) || `exit code ${ran.exitCode}`}; its user needs a POSIX shell`;
  }
  const there = host.kind === "ssh" ? `${title} has` : "there is";
  if (ran.code === "ENOENT" || ran.exitCode === 127) {
    return host.kind === "ssh"
      ? `${there} no docker command where ssh looks for it; install the engine there (https://docs.docker.com/engine/install/), or put docker on the PATH of commands that come over ssh`
      : `${there} no docker command on PATH`;
  }
  if (ran.exitCode === undefined) return `the Docker engine of ${title} did not answer in time`;
  if (/permission denied/i.test(said)) return whyForbidden(host);
  if (/HTTP request to an HTTPS server/.test(said)) {
    return `the Docker engine of ${title} takes TLS only; set DOCKER_TLS_VERIFY=1 and DOCKER_CERT_PATH`;
  }
  const start =
    host.kind === "ssh" && /Cannot connect|daemon running/.test(said)
      ? "; start it there: sudo systemctl enable --now docker"
      : "";
  return `the Docker engine of ${title} does not answer: ${lastLine(said) || "it said nothing"}${start}`;
}

/** The groups of a user count from the next login on, and a shared connection is an old login. */
function whyForbidden(host: DockerHost): string {
  const title = hostName(host);
  return host.kind === "ssh"
    ? `the user of ${title} may not use Docker; run there: sudo usermod -aG docker "$USER", and try again a minute later, in a new login`
    : `you may not use Docker on ${title}; run: sudo usermod -aG docker "$USER", and log in again`;
}
