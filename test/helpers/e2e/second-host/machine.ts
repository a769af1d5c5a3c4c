import { execa } from "execa";
import { mkdirSync } from "node:fs";
import { homedir, tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { createInterface } from "node:readline";
import { freePort } from "../ports.js";

/** Sockets, keys and logs of the one second host that this machine can have at a time. */
const run = "/run/mlstack-second-host";

export const machineFile = (name: string): string => join(run, name);

export interface Machine {
  readonly address: string;
  readonly jumpPort: number;
  command(word: "cut" | "refuse" | "silence" | "answer"): Promise<void>;
  /** Ends everything that runs on it, and waits for that. */
  powerOff(): Promise<void>;
}

/** Turns the second host on. It goes off by itself when this process ends, however it does. */
export async function powerOn(publicKey: string): Promise<Machine> {
  const cache = process.env["XDG_CACHE_HOME"] || join(homedir(), ".cache");
  const data = join(cache, "mlflow-stacks", "second-host");
  for (const folder of [run, data]) mkdirSync(folder, { recursive: true, mode: 0o700 });
  const jumpPort = await freePort();
  // Another test's second host is waited for; the lock goes with the processes that hold it.
  const locked = ["--no-fork", "--exclusive", "--timeout", "600", `${run}.lock`];
  const apart = ["--fork", "--pid", "--kill-child", "--mount", "--mount-proc", "--uts"];
  const script = ["bash", join(import.meta.dirname, "machine.sh")];
  const machine = execa("flock", [...locked, "unshare", ...apart, ...script], {
    env: {
      RUN: run,
      DATA: data,
      // A bind mount of what is only here must not work there.
      HIDDEN: [tmpdir(), resolve(import.meta.dirname, "../../../..")].join("\n"),
      CLIENT: publicKey,
      JUMP: String(jumpPort),
    },
    stdin: "pipe",
    reject: false,
    buffer: { stdout: false, stderr: true },
    // Ctrl-C is for the test, which turns it off in order.
    detached: true,
  });
  const lines = createInterface({ input: machine.stdout })[Symbol.asyncIterator]();
  const answer = async (seconds: number): Promise<string> => {
    const line = await within(seconds, lines.next());
    if (line?.done === false) return String(line.value);
    machine.kill("SIGKILL");
    const { stderr } = await machine;
    throw new Error(`the second host does not answer; logs in ${run}. It said last:\n${stderr}`);
  };
  const [, address = ""] = (await answer(12 * 60)).split(" ");
  return {
    address,
    jumpPort,
    command: async (word) => {
      machine.stdin.write(`${word}\n`);
      await answer(30);
    },
    powerOff: async () => {
      machine.stdin.end();
      if ((await within(120, machine)) !== undefined) return;
      machine.kill("SIGKILL");
      await machine;
    },
  };
}

/** Undefined when that did not happen in time. */
async function within<T>(seconds: number, work: PromiseLike<T>): Promise<T | undefined> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<undefined>((fulfil) => {
    timer = setTimeout(() => fulfil(undefined), seconds * 1000);
  });
  try {
    return await Promise.race([work, late]);
  } finally {
    clearTimeout(timer);
  }
}
