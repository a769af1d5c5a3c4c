import { execa } from "execa";
import { readFileSync, rmSync, writeFileSync } from "node:fs";
import { timed } from "./running-stack.js";
import { makeClientHome, type ClientHome } from "./second-host/client-home.js";
import { machineFile, powerOn, type Machine } from "./second-host/machine.js";

/**
 * A second machine with a Docker engine, reached by ssh, made of namespaces of this one. It shares
 * the kernel, the disk and the clock; its processes, network and engine are its own, and it sees
 * neither the folder for temporary files nor this repository.
 */
export interface SecondHost extends ClientHome {
  readonly address: string;
  /** `ssh://root@10.213.0.2:22`, for DOCKER_HOST; programs need `env`. */
  readonly sshUrl: string;
  /** `root@127.0.0.1:41234`, for `ssh -J`; forwards to the second host and does nothing else. */
  readonly jump: string;
  /** Standard output of `docker` there, not by ssh. */
  docker(...words: string[]): Promise<string>;
  /** Brings those images there that it has not, or has otherwise, from this machine's engine. */
  loadImages(references: readonly string[]): Promise<void>;
  /** Ends the ssh sessions that there are; new ones are let in. */
  cutConnections(): Promise<void>;
  /** Ends the ssh sessions and refuses new ones, until `restoreConnections`. */
  refuseConnections(): Promise<void>;
  /** As without a cable: ssh clients hear nothing at all any more, until `restoreConnections`. */
  silenceConnections(): Promise<void>;
  restoreConnections(): Promise<void>;
  /** What an sshd logged since the start: logins, sessions, connections refused. */
  log(which: "sshd" | "jump"): string;
  stop(): Promise<void>;
}

export async function startSecondHost(): Promise<SecondHost> {
  const client = await makeClientHome();
  try {
    const machine = await timed("second host: on", () => powerOn(client.publicKey));
    return secondHost(client, machine);
  } catch (error) {
    rmSync(client.home, { recursive: true, force: true });
    throw error;
  }
}

function secondHost(client: ClientHome, machine: Machine): SecondHost {
  const { address, jumpPort } = machine;
  const [type, key] = readFileSync(machineFile("host_key.pub"), "utf8").split(" ");
  const names = [address, `[127.0.0.1]:${jumpPort}`];
  writeFileSync(client.knownHostsFile, `${names.join(",")} ${type} ${key}\n`);
  const engine = ["--host", `unix://${machineFile("docker.sock")}`];
  const docker = async (...words: string[]): Promise<string> =>
    (await execa("docker", [...engine, ...words], { stdin: "ignore", timeout: 10 * 60_000 }))
      .stdout;
  return {
    ...client,
    address,
    sshUrl: `ssh://root@${address}:22`,
    jump: `root@127.0.0.1:${jumpPort}`,
    docker,
    loadImages: async (references) => {
      const here = await imageIds([], references);
      const there = await imageIds(engine, references);
      const missing = references.filter((_, index) => here[index] !== there[index]);
      if (missing.length === 0) return;
      await timed(`second host: load ${missing.join(", ")}`, () =>
        execa("docker", ["save", ...missing], { timeout: 10 * 60_000, buffer: false }).pipe(
          "docker",
          [...engine, "load", "--quiet"],
          { timeout: 10 * 60_000 },
        ),
      );
    },
    cutConnections: () => machine.command("cut"),
    refuseConnections: () => machine.command("refuse"),
    silenceConnections: () => machine.command("silence"),
    restoreConnections: () => machine.command("answer"),
    log: (which) => readFileSync(machineFile(`${which}.log`), "utf8"),
    stop: async () => {
      await timed("second host: off", () => machine.powerOff());
      rmSync(client.home, { recursive: true, force: true });
    },
  };
}

/** In the order of the references; undefined where there is no such image. */
const imageIds = (engine: readonly string[], references: readonly string[]) =>
  Promise.all(
    references.map(async (reference) => {
      const words = [...engine, "image", "inspect", "--format", "{{.Id}}", reference];
      const { stdout, exitCode } = await execa("docker", words, { reject: false, timeout: 60_000 });
      return exitCode === 0 ? stdout : undefined;
    }),
  );
