import type { DockerHost } from "../../constructs/docker/host.js";
import { deploymentLabel, ownerLabel } from "../../constructs/docker/names.js";
import { lastLine, whyFailed, type Ran } from "../tools/docker.js";
import { environmentOf } from "../tools/env-lines.js";
import type { Listener } from "../tools/listener.js";
import { shortAddress } from "./proc-net.js";
import { runOnHost } from "./run.js";
import { askWhySshFailed, hostName } from "./ssh-failure.js";

/** A container that carries our label, as it is now. */
export interface OwnedContainer {
  readonly id: string;
  readonly name: string;
  /** `running`, `exited`, … */
  readonly state: string;
  /** `healthy`, `unhealthy`, `starting`; empty without a health check. */
  readonly health: string;
  readonly exitCode: number;
  /** `sha256:…` of the image that it runs. */
  readonly imageId: string;
  /** The name that the image was started by. */
  readonly image: string;
  readonly environment: Readonly<Record<string, string>>;
  readonly labels: Readonly<Record<string, string>>;
  /** Ids of its networks by name. A stopped container keeps the id of one that is gone. */
  readonly networks: Readonly<Record<string, string>>;
  /** Where it listens whenever it runs; `docker ps` tells that of one at work alone. */
  readonly bindings: readonly Listener[];
}

/** A network or a volume that carries our label; a volume's id is its name. */
export interface OwnedObject {
  readonly id: string;
  readonly name: string;
  readonly labels: Readonly<Record<string, string>>;
}

/** What a deployment has on a host. */
export interface Owned {
  readonly containers: readonly OwnedContainer[];
  readonly networks: readonly OwnedObject[];
  readonly volumes: readonly OwnedObject[];
}

type Json = any; // eslint-disable-line @typescript-eslint/no-explicit-any -- answers are read field by field

/** A deployment, and whose it is. */
export interface OwnerNames {
  readonly name: string;
  readonly owner: string;
  /** Ids that its state knows, whatever their label says of the owner. */
  readonly known?: readonly string[];
}

/**
 * What the host has by the labels of the deployment: also what no state knows.
 *
 * @throws {Error} where the host does not answer, so that "nothing is there" is true
 */
export async function listOwned(
  host: DockerHost,
  { name, owner, known = [] }: OwnerNames,
  signal?: AbortSignal,
): Promise<Owned> {
  const filter = ["--filter", `label=${deploymentLabel}=${name}`];
  const isOurs = ({ id, labels }: OwnedObject): boolean =>
    labels[ownerLabel] === owner || known.includes(id);
  const [containers, networks, volumes] = await Promise.all([
    inspect(host, "container", ["--all", "--no-trunc", ...filter], signal),
    inspect(host, "network", ["--no-trunc", ...filter], signal),
    inspect(host, "volume", filter, signal),
  ]);
  return {
    containers: containers.map(readContainer).filter(isOurs),
    networks: networks
      .map(({ Id, Name, Labels }) => ({ id: Id, name: Name, labels: Labels ?? {} }))
      .filter(isOurs),
    volumes: volumes
      .map(({ Name, Labels }) => ({ id: Name, name: Name, labels: Labels ?? {} }))
      .filter(isOurs),
  };
}

/** Whole objects of one kind, in two commands: one lists, one asks for all of them. */
async function inspect(
  host: DockerHost,
  kind: "container" | "network" | "volume",
  all: readonly string[],
  signal: AbortSignal | undefined,
): Promise<readonly Json[]> {
  const options = { timeout: 30_000, ...(signal && { cancelSignal: signal }) };
  const listed = await runOnHost(host, [kind, "ls", "--quiet", ...all], options);
  if (listed.exitCode !== 0) throw new Error(await whyNoAnswer(host, listed));
  const ids = listed.stdout.split("\n").filter(Boolean);
  if (ids.length === 0) return [];
  const { exitCode, stdout, stderr } = await runOnHost(host, [kind, "inspect", ...ids], options);
  // One that went away in between is told on stderr; the others are there all the same.
  if (exitCode !== 0 && !/No such/i.test(stderr)) {
    throw new Error(`docker ${kind} inspect failed on ${hostName(host)}: ${lastLine(stderr)}`);
  }
  return JSON.parse(stdout || "[]") as Json[];
}

/** Why a `docker` on the host that only lists things failed. */
export const whyNoAnswer = async (host: DockerHost, ran: Ran): Promise<string> =>
  host.kind === "ssh" && (ran.exitCode === 255 || ran.code === "ENOENT")
    ? askWhySshFailed(host, ran)
    : `the Docker engine of ${hostName(host)} does not answer: ${whyFailed(ran)}`;

const readContainer = ({
  Id,
  Name,
  State,
  Image,
  Config,
  HostConfig,
  NetworkSettings,
}: Json): OwnedContainer => ({
  id: Id,
  name: String(Name).replace(/^\//, ""),
  state: State.Status,
  health: State.Health?.Status ?? "",
  exitCode: State.ExitCode,
  imageId: Image,
  image: Config.Image,
  environment: environmentOf((Config.Env ?? []) as string[]),
  labels: Config.Labels ?? {},
  networks: Object.fromEntries(
    Object.entries<Json>(NetworkSettings?.Networks ?? {}).map(([name, { NetworkID }]) => [
      name,
      NetworkID,
    ]),
  ),
  bindings: Object.entries<Json>(HostConfig?.PortBindings ?? {}).flatMap(([inside, outside]) =>
    inside.endsWith("/tcp") ? (outside ?? []).flatMap(readBinding) : [],
  ),
});

/** Without a port Docker chooses one at each start, which only its list tells. */
const readBinding = ({ HostIp, HostPort }: Json): readonly Listener[] =>
  Number(HostPort) > 0 ? [{ host: shortAddress(HostIp || "0.0.0.0"), port: Number(HostPort) }] : [];
