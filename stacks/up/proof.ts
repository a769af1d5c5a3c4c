import { createHash, randomBytes } from "node:crypto";
import { MlflowClient } from "../tools/mlflow-client.js";

const experimentName = "mlstack-proof";

/**
 * Does what a user of the server does, and compares: a run, a metric, a file up and down. Removes
 * the run and hides the experiment again.
 *
 * @throws {Error} naming the step that failed
 */
export async function proveFromClient(client: MlflowClient): Promise<void> {
  const experimentId = await openExperiment(client);
  const { run } = await client.post("runs/create", {
    experiment_id: experimentId,
    start_time: Date.now(),
    run_name: "proof",
  });
  const runId = String(run.info.run_id);
  try {
    await client.post("runs/log-metric", {
      run_id: runId,
      key: "proof",
      value: 1,
      timestamp: Date.now(),
    });
    const read = await client.get("runs/get", { run_id: runId });
    if (read.run.data.metrics?.[0]?.value !== 1) throw new Error("the metric did not come back");
    await proveArtifact(client, `${experimentId}/${runId}/artifacts/proof.bin`);
  } finally {
    await client.post("runs/delete", { run_id: runId });
    await client.post("experiments/delete", { experiment_id: experimentId });
  }
}

async function openExperiment(client: MlflowClient): Promise<string> {
  const found = await client.getOrUndefined("experiments/get-by-name", {
    experiment_name: experimentName,
  });
  if (!found) {
    const made = await client.post("experiments/create", { name: experimentName });
    return String(made.experiment_id);
  }
  const { experiment_id: id, lifecycle_stage: stage } = found.experiment;
  if (stage === "deleted") await client.post("experiments/restore", { experiment_id: id });
  return String(id);
}

const sha256 = (bytes: Buffer) => createHash("sha256").update(bytes).digest("hex");

async function proveArtifact(client: MlflowClient, path: string): Promise<void> {
  const bytes = randomBytes(256 * 1024);
  await client.putArtifact(path, bytes);
  const back = await client.getArtifact(path);
  if (sha256(back) !== sha256(bytes)) throw new Error("the artifact came back with other bytes");
  await client.deleteArtifact(path);
}
