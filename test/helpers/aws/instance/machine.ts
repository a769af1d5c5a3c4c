import { execa } from "execa";
import { existsSync } from "node:fs";
import { waitUntil } from "../../e2e/running-stack.js";
import { addresses, networks, type Place } from "./place.js";

/** What the machine's system is made of. */
export const imageOfMachine = "debian:13-slim";

const container = "mlstack-e2e-instance";
const metadata = "mlstack-e2e-metadata";

export interface MachineOptions {
  readonly userData: string;
  /** Another one is another instance to cloud-init. */
  readonly instanceId: string;
  /** Of the metadata service's answers. @default 2 */
  readonly hopLimit?: number;
}

/** A machine in place of an instance: Debian with systemd, cloud-init, a disk and an engine. */
export interface Machine {
  /** Standard output of a command in it. */
  run(...words: string[]): Promise<string>;
  /** The same, whatever it exits with. */
  try(
    ...words: string[]
  ): Promise<{ readonly exitCode: number | undefined; readonly text: string }>;
  /** Waits for the end of the boot script. */
  booted(): Promise<void>;
  /** Ends everything at once, as a power cut does, and starts it again with its root disk. */
  powerCut(): Promise<void>;
  /** Shuts it down in order; with `remove` its root disk goes too. */
  shutDown(): Promise<void>;
}

/** Turns a machine with a new root disk on. Its data volume is the place's. */
export async function turnOn(place: Place, options: MachineOptions): Promise<Machine> {
  await remove();
  await startMetadata(place, options);
  const { stdout: capabilities } = await execa("sh", [
    "-c",
    "capsh --decode=$(sed -n 's/^CapBnd:\\t//p' /proc/self/status) | sed 's/.*=//'",
  ]);
  // Those that this engine has no word for yet.
  const unknown = ["cap_perfmon", "cap_bpf", "cap_checkpoint_restore"];
  const all = capabilities.split(",").filter((name) => name !== "" && !unknown.includes(name));
  await docker(
    ...["create", "--name", container, "--hostname", "instance"],
    ...all.flatMap((name) => ["--cap-add", name.replace(/^cap_/, "").toUpperCase()]),
    ...["seccomp", "apparmor", "systempaths"].flatMap((what) => [
      "--security-opt",
      `${what}=unconfined`,
    ]),
    ...["--device-cgroup-rule", "a *:* rwm", "--volume", "/sys/fs/cgroup:/sys/fs/cgroup:rw"],
    ...["--tmpfs", "/run:exec", "--tmpfs", "/run/lock", "--env", "container=docker"],
    ...["--volume", `${place.images}:/images:ro`, "--stop-signal", "SIGRTMIN+3"],
    ...[
      "--env",
      `DATA_DEVICE=${place.device}`,
      "--env",
      `DATA_VOLUME=${place.volumeId.replace("-", "")}`,
    ],
    ...["--env", `PIP_INDEX_URL=${process.env["PIP_INDEX_URL"] ?? ""}`],
    ...["--network", networks.outside, "--ip", addresses.machine, place.machineImage],
  );
  await docker("network", "connect", "--ip", addresses.metadataPeer, networks.metadata, container);
  await docker("network", "connect", networks.neighbours, container);
  await docker("start", container);
  return machine();
}

/** Removes a machine that there is, and its metadata service. */
export async function remove(): Promise<void> {
  const words = ["rm", "--force", "--volumes", container, metadata];
  await execa("docker", words, { reject: false });
}

function machine(): Machine {
  const attempt = async (...words: string[]) => {
    const options = { reject: false, all: true, stdin: "ignore", timeout: 15 * 60_000 } as const;
    const { exitCode, all } = await execa("docker", ["exec", container, ...words], options);
    return { exitCode, text: all };
  };
  const run = async (...words: string[]): Promise<string> => {
    const { exitCode, text } = await attempt(...words);
    if (exitCode === 0) return text;
    throw new Error(`${words.join(" ")}: exit code ${exitCode}\n${text}`);
  };
  return {
    run,
    try: attempt,
    booted: () => booted(attempt),
    powerCut: async () => {
      await docker("kill", "--signal", "KILL", container);
      await docker("start", container);
    },
    shutDown: async () => {
      await docker("stop", "--time", "120", container);
    },
  };
}

/** The boot script has come to its end; a failure that comes back is told with its log. */
async function booted(attempt: Machine["try"]): Promise<void> {
  const ended = async (): Promise<boolean> => {
    const { text } = await attempt("systemctl", "is-active", "mlflow-stacks.service");
    return text.trim() === "active";
  };
  await waitUntil("the instance has booted", 8 * 60, ended).catch(async (error: Error) => {
    const log = await attempt("tail", "-n", "40", "/var/log/mlflow-stacks-boot.log");
    throw new Error(`${error.message}\n${log.text}`, { cause: error });
  });
}

/** A container at the metadata service's own address, and at one in a private range. */
async function startMetadata(place: Place, options: MachineOptions): Promise<void> {
  const { userData, instanceId, hopLimit = 2 } = options;
  const script = new URL("metadata.py", import.meta.url).pathname;
  if (!existsSync(script)) throw new Error(`bug: no ${script}`);
  await docker(
    ...["create", "--name", metadata, "--network", networks.metadata, "--ip", addresses.metadata],
    ...["--env", `INSTANCE=${instanceId}`, "--env", "ROLE=mlflow-instance"],
    ...["--env", "USER_DATA=/user-data", "--volume", `${script}:/metadata.py:ro`],
    ...["python:3.13-slim-bookworm", "python", "/metadata.py", String(hopLimit)],
  );
  await execa("docker", ["cp", "-", `${metadata}:/`], { input: await place.tar(userData) });
  await docker("network", "connect", "--ip", addresses.neighbour, networks.neighbours, metadata);
  await docker("start", metadata);
}

async function docker(...words: string[]): Promise<string> {
  return (await execa("docker", words, { stdin: "ignore", timeout: 5 * 60_000 })).stdout;
}
