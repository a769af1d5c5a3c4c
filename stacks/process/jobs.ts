import { appendFileSync } from "node:fs";
import { execa } from "execa";
import { processFolders, type ProcessContext } from "./context.js";
import { redact } from "../tools/redact.js";
import { stepFailed } from "./failure.js";
import { childEnvironment } from "./launch.js";
import type { LocalServer } from "./server.js";

/** Runs what has to end well before the server starts, such as `db-upgrade`. */
export async function runJobs(context: ProcessContext, server: LocalServer): Promise<void> {
  const { out, secrets, report, signal } = context;
  for (const job of server.rendered.jobs) {
    report?.(`Running ${job.role}`);
    const [program = "", ...args] = job.command;
    const result = await execa(program, args, {
      cwd: processFolders(out).process.path,
      env: childEnvironment(job),
      extendEnv: false,
      reject: false,
      all: true,
      stdin: "ignore",
      ...(signal && { cancelSignal: signal }),
    });
    const output = redact(result.all ?? "", secrets);
    if (output !== "") appendFileSync(server.facts.log, `${output}\n`, { mode: 0o600 });
    if (!result.failed) continue;
    signal?.throwIfAborted();
    throw stepFailed(
      job.role,
      output || redact(result.shortMessage ?? "", secrets),
      `The data folder is "${server.facts.data}"; make the database usable and run the command again.`,
    );
  }
}
