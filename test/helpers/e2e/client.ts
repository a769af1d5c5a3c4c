import { execa, execaSync } from "execa";
import { createHash } from "node:crypto";
import { existsSync, mkdirSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { homedir, tmpdir } from "node:os";
import { delimiter, join, resolve } from "node:path";
import { freePort } from "./mlstack.js";
import { timed, waitUntil, type RunningStack } from "./running-stack.js";

const folder = resolve(import.meta.dirname, "../../e2e");
const windows = process.platform === "win32";
const programs = windows ? "Scripts" : "bin";

/** What workflow.py was told by the server; read_back.py compares it with what is there later. */
export interface Ledger {
  readonly runId: string;
  readonly model: {
    readonly uris: readonly string[];
    readonly sample: unknown;
    readonly predictions: readonly number[];
  };
  readonly speeds: {
    readonly megabytes: number;
    readonly uploadMBps: number;
    readonly downloadMBps: number;
  };
  readonly writes: number;
}

/** What a client is told of a deployment. */
type ClientOf = Pick<RunningStack, "url" | "username" | "password">;

/** MLflow as an outside client of `stack`, in a process and a Python environment of its own. */
export class OutsideClient {
  private constructor(
    private readonly environment: string,
    private readonly stack: ClientOf,
  ) {}

  static async of(stack: ClientOf): Promise<OutsideClient> {
    return new OutsideClient(await clientEnvironment(), stack);
  }

  async workflow(megabytes: number): Promise<Ledger> {
    const ledger = (await this.script("workflow.py", { megabytes })) as Ledger;
    const { uploadMBps, downloadMBps } = ledger.speeds;
    console.log(`[e2e] ${megabytes} MB: up ${uploadMBps} MB/s, down ${downloadMBps} MB/s`);
    return ledger;
  }

  /** @returns the problems found, and the ledger with the write that proved the server takes some */
  async readBack(
    ledger: Ledger,
    large = false,
  ): Promise<{ readonly problems: readonly string[]; readonly ledger: Ledger }> {
    const answer = await this.script("read_back.py", { ledger, large });
    const { problems, writes } = answer as { problems: string[]; writes: number };
    return { problems, ledger: { ...ledger, writes } };
  }

  /** Predictions of `mlflow models serve`, asked over REST. */
  async serve(uri: string, sample: unknown): Promise<unknown> {
    const port = await freePort();
    const words = ["models", "serve", "-m", uri, "-p", String(port), "--env-manager", "local"];
    const server = execa(join(this.environment, programs, "mlflow"), words, {
      env: this.variables(),
      cwd: tmpdir(),
      stdin: "ignore",
      all: true,
      reject: false,
      // The server is a grandchild, which dies with the group only.
      detached: !windows,
    });
    const url = `http://127.0.0.1:${port}`;
    try {
      await waitUntil("mlflow models serve", 120, async () =>
        fetch(`${url}/ping`).then(
          ({ ok }) => ok,
          () => false,
        ),
      );
      const response = await fetch(`${url}/invocations`, {
        method: "POST",
        headers: { "Content-Type": "application/json" },
        body: JSON.stringify({ dataframe_split: sample }),
      });
      return await response.json();
    } finally {
      if (windows) server.kill();
      else process.kill(-(server.pid ?? 0), "SIGTERM");
      await server;
    }
  }

  private async script(name: string, input: unknown): Promise<unknown> {
    const python = join(this.environment, programs, windows ? "python.exe" : "python");
    const { stdout } = await execa(python, [join(folder, "client", name)], {
      input: JSON.stringify(input),
      env: this.variables(),
      cwd: tmpdir(),
      timeout: 5 * 60_000,
    });
    return JSON.parse(stdout.trim().split("\n").at(-1) ?? "null");
  }

  private variables(): Record<string, string> {
    return {
      PATH: `${join(this.environment, programs)}${delimiter}${process.env["PATH"] ?? ""}`,
      NO_PROXY: "127.0.0.1,localhost",
      MLFLOW_TRACKING_URI: this.stack.url,
      MLFLOW_TRACKING_USERNAME: this.stack.username ?? "",
      MLFLOW_TRACKING_PASSWORD: this.stack.password ?? "",
      MLFLOW_DISABLE_TELEMETRY: "true",
      GIT_PYTHON_REFRESH: "quiet",
      PYTHONDONTWRITEBYTECODE: "1",
    };
  }
}

/** The Python environment of the client: made once for each content of requirements.txt. */
export async function clientEnvironment(): Promise<string> {
  const requirements = join(folder, "requirements.txt");
  const hash = createHash("sha256").update(readFileSync(requirements)).digest("hex").slice(0, 12);
  const cache = process.env["XDG_CACHE_HOME"] || join(homedir(), ".cache");
  const directory = join(cache, "mlflow-stacks", `e2e-client-${hash}`);
  const complete = join(directory, "complete");
  if (existsSync(complete)) return directory;
  const lock = `${directory}.lock`;
  mkdirSync(join(cache, "mlflow-stacks"), { recursive: true });
  await waitUntil(`the lock ${lock}`, 15 * 60, () => Promise.resolve(takeLock(lock)));
  try {
    if (!existsSync(complete)) {
      await timed("client environment", () => makeEnvironment(directory, requirements));
      writeFileSync(complete, "");
    }
  } finally {
    rmSync(lock, { recursive: true, force: true });
  }
  return directory;
}

function takeLock(lock: string): boolean {
  try {
    mkdirSync(lock);
    return true;
  } catch {
    const abandoned = existsSync(lock) && Date.now() - statSync(lock).mtimeMs > 15 * 60_000;
    if (abandoned) rmSync(lock, { recursive: true, force: true });
    return false;
  }
}

async function makeEnvironment(directory: string, requirements: string): Promise<void> {
  rmSync(directory, { recursive: true, force: true });
  const python = join(directory, programs, windows ? "python.exe" : "python");
  if (execaSync("uv", ["--version"], { reject: false }).exitCode === 0) {
    await execa("uv", ["venv", "--quiet", "--no-project", directory]);
    await execa("uv", ["pip", "install", "--quiet", "--python", python, "-r", requirements]);
  } else {
    await execa(windows ? "python" : "python3", ["-m", "venv", directory]);
    await execa(python, ["-m", "pip", "install", "--quiet", "-r", requirements]);
  }
}
