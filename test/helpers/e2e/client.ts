import { execa } from "execa";
import { tmpdir } from "node:os";
import { clientEnvironment, programOf, variablesOf } from "./client-environment.js";
import { freePort } from "./ports.js";
import { askPython, type Request } from "./python-client.js";
import { waitUntil, type RunningStack } from "./running-stack.js";

const windows = process.platform === "win32";

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
    const ledger = (await this.ask("workflow", { megabytes })) as Ledger;
    const { uploadMBps, downloadMBps } = ledger.speeds;
    console.log(`[e2e] ${megabytes} MB: up ${uploadMBps} MB/s, down ${downloadMBps} MB/s`);
    return ledger;
  }

  /** @returns the problems found, and the ledger with the write that proved the server takes some */
  async readBack(
    ledger: Ledger,
    large = false,
  ): Promise<{ readonly problems: readonly string[]; readonly ledger: Ledger }> {
    const answer = await this.ask("read_back", { ledger, large });
    const { problems, writes } = answer as { problems: string[]; writes: number };
    return { problems, ledger: { ...ledger, writes } };
  }

  /** Predictions of `mlflow models serve`, asked over REST. */
  async serve(uri: string, sample: unknown): Promise<unknown> {
    const port = await freePort();
    const words = ["models", "serve", "-m", uri, "-p", String(port), "--env-manager", "local"];
    const server = execa(programOf(this.environment, "mlflow"), words, {
      env: { ...variablesOf(this.environment), ...this.login() },
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

  private ask(script: Request["script"], input: unknown): Promise<unknown> {
    return askPython({ script, environment: this.login(), input });
  }

  private login(): Readonly<Record<string, string>> {
    return {
      MLFLOW_TRACKING_URI: this.stack.url,
      MLFLOW_TRACKING_USERNAME: this.stack.username ?? "",
      MLFLOW_TRACKING_PASSWORD: this.stack.password ?? "",
    };
  }
}
