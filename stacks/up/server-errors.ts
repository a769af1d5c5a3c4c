import type { SecretValues } from "../../compose-templates/index.js";
import { compose } from "../tools/docker.js";
import { redact } from "../tools/redact.js";
import type { RuntimeName } from "../tools/runtime-record.js";

/** `botocore.errorfactory.NoSuchBucket: An error occurred …`, as a traceback ends. */
const raised = /^[\w.]*(?:Error|Exception|NoSuch\w+|Invalid\w+|\w+Denied)\b.*?: \S/;

/** What the tracking server's log says went wrong last: at most two different lines, or nothing. */
export async function lastServerErrors(
  out: string,
  runtime: RuntimeName,
  secrets: SecretValues,
): Promise<string> {
  return lastErrors(redact(await readLog(out, runtime), secrets));
}

/** The same of a log's text. */
export function lastErrors(text: string): string {
  const lines = text
    .split("\n")
    .map((line) => line.trim())
    .filter((line) => raised.test(line));
  return [...new Set(lines)].slice(-2).join("\n");
}

async function readLog(out: string, runtime: RuntimeName): Promise<string> {
  const tail = 400;
  if (runtime === "docker") {
    const words = ["logs", "--no-log-prefix", "--tail", String(tail), "tracking-server"];
    const { stdout, stderr } = await compose(out, words, { timeout: 20_000 });
    return `${stdout}\n${stderr}`;
  }
  const { processLogs } = await import("../process/index.js");
  let text = "";
  await processLogs(out, { follow: false, tail, write: (more) => (text += more) });
  return text;
}
