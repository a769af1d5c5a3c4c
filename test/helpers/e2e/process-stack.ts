import { rmSync } from "node:fs";
import { processStatus } from "../../../stacks/process/index.js";
import { mlstack, temporaryFolder } from "./mlstack.js";
import { freePort } from "./ports.js";
import { deploymentName, timed, type RunningStack, type StackOptions } from "./running-stack.js";

/** A deployment as a local process. Nothing supervises it, so after a kill `up` starts it again. */
export async function startProcessStack(options: StackOptions): Promise<RunningStack> {
  const out = temporaryFolder(options.label);
  const port = await freePort();
  const name = deploymentName(options.label);
  const flags = ["--out", out, "--name", name, "--port", String(port), "--runtime", "process"];
  const up = async () => {
    await mlstack(["up", options.topology, ...flags, ...(options.flags ?? [])]);
  };
  const down = async () => {
    await mlstack(["down", options.topology, "--out", out]);
  };
  const stack: RunningStack = {
    out,
    url: `http://127.0.0.1:${port}`,
    roles: () => ["tracking-server"],
    up,
    startedAt: () => Promise.resolve(`${serverPid(out)} ${processStatus(out).startedAt}`),
    restart: async () => {
      await down();
      await up();
    },
    kill9: async () => {
      process.kill(serverPid(out), "SIGKILL");
      await timed(`${name} up again after kill -9`, up);
    },
    down: async (removeData) => {
      await down();
      if (removeData) rmSync(out, { recursive: true, force: true });
    },
  };
  try {
    await timed(`${options.topology} process: from nothing to proven`, up);
  } catch (error) {
    await stack.down(true).catch(() => undefined);
    throw error;
  }
  return stack;
}

function serverPid(out: string): number {
  const { pid } = processStatus(out);
  if (pid === undefined) throw new Error(`nothing runs from ${out}`);
  return pid;
}
