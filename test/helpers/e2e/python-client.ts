import { execa } from "execa";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { createInterface } from "node:readline";
import { clientEnvironment, programOf, variablesOf } from "./client-environment.js";

const program = join(resolve(import.meta.dirname, "../../e2e/client"), "main.py");
const seconds = 5 * 60;

export interface Request {
  readonly script: "workflow" | "read_back";
  /** Variables of MLflow's client. */
  readonly environment: Readonly<Record<string, string>>;
  readonly input: unknown;
}

/** The Python process of this test file; it ends with its standard input. */
interface Client {
  /** One line for another. */
  ask(line: string): Promise<string>;
}

let client: Promise<Client> | undefined;
let last: Promise<unknown> = Promise.resolve();

/** What a script of `test/e2e/client` answers. One process runs all, one after the other. */
export function askPython(request: Request): Promise<unknown> {
  const answer = last.then(() => askNow(request));
  last = answer.catch(() => undefined);
  return answer;
}

async function askNow(request: Request): Promise<unknown> {
  client ??= startClient();
  let line: string;
  try {
    line = await (await client).ask(JSON.stringify(request));
  } catch (error) {
    // The next request gets another process.
    client = undefined;
    throw error;
  }
  const { result, error } = JSON.parse(line) as { result: unknown; error?: string };
  if (error !== undefined) throw new Error(`${request.script}.py: ${error}`);
  return result;
}

async function startClient(): Promise<Client> {
  const environment = await clientEnvironment();
  const child = execa(programOf(environment, "python"), [program], {
    env: variablesOf(environment),
    cwd: tmpdir(),
    stdin: "pipe",
    buffer: false,
    reject: false,
  });
  let said = "";
  child.stderr.on("data", (chunk: Buffer) => (said = (said + chunk.toString()).slice(-4000)));
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  const ask = async (request: string): Promise<string> => {
    const late = setTimeout(() => child.kill("SIGKILL"), seconds * 1000);
    try {
      child.stdin.write(`${request}\n`);
      const line = await lines.next();
      if (line.done !== true) return line.value;
    } finally {
      clearTimeout(late);
    }
    const { exitCode, signal } = await child;
    throw new Error(`the Python client ended with ${exitCode ?? signal}:\n${said}`);
  };
  return { ask };
}
