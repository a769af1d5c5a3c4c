import { execa } from "execa";
import { randomUUID } from "node:crypto";
import { ask, type Question } from "./http.js";
import type { RunningStack } from "./running-stack.js";

const text = `kept ${randomUUID()}\n`;

/**
 * A run, its metric and its file, written over REST before something is done to a deployment, and
 * the volumes that they are in.
 */
export class KeptData {
  private constructor(
    private readonly stack: RunningStack,
    private readonly runId: string,
    private readonly volumes: readonly string[],
    private readonly made: string,
  ) {}

  /** @param volumes - of the data, by their names on this machine's engine */
  static async write(stack: RunningStack, volumes: readonly string[]): Promise<KeptData> {
    const { run } = (await json(stack, "/api/2.0/mlflow/runs/create", {
      experiment_id: "0",
      start_time: Date.now(),
    })) as { run: { info: { run_id: string } } };
    const { run_id } = run.info;
    await json(stack, "/api/2.0/mlflow/runs/log-metric", {
      run_id,
      key: "kept",
      value: 0.25,
      timestamp: Date.now(),
    });
    await request(stack, artifact(run_id), { method: "PUT", body: text });
    return new KeptData(stack, run_id, volumes, await madeAt(volumes));
  }

  /** What is not as it was written; of the file, too. */
  async problems(): Promise<readonly string[]> {
    const problems: string[] = [];
    const run = await request(this.stack, `/api/2.0/mlflow/runs/get?run_id=${this.runId}`);
    if (!run.includes('"value": 0.25')) problems.push(`the run is ${run}`);
    const file = await request(this.stack, artifact(this.runId));
    if (file !== text) problems.push(`the file is "${file}"`);
    const made = await madeAt(this.volumes);
    if (made !== this.made) problems.push(`volumes were made at ${made}, and before ${this.made}`);
    return problems;
  }
}

const artifact = (runId: string): string =>
  `/api/2.0/mlflow-artifacts/artifacts/0/${runId}/artifacts/kept.txt`;

async function madeAt(volumes: readonly string[]): Promise<string> {
  const words = ["volume", "inspect", "--format", "{{.Name}} {{.CreatedAt}}", ...volumes];
  return (await execa("docker", words)).stdout;
}

async function json(stack: RunningStack, path: string, body: unknown): Promise<unknown> {
  return JSON.parse(await request(stack, path, { method: "POST", body: JSON.stringify(body) }));
}

/** @throws {Error} for anything but 200 */
async function request(
  { url, username, password }: RunningStack,
  path: string,
  question: Question = {},
): Promise<string> {
  const login = username === undefined ? {} : { login: [username, password ?? ""] as const };
  const { status, body } = await ask(url, path, { ...question, ...login });
  if (status !== 200) throw new Error(`${path} answered ${status}: ${body}`);
  return body;
}
