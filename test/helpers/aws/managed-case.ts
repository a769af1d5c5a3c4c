import { awsProps, managedTarget } from "./cases.js";
import { startManagedTasks, type ManagedTasks } from "./managed-tasks.js";

export const bucket = "artifacts-of-the-team";
export const prefix = "team/a";
export const loadBalancer = "internal-mlflow-1234567890.eu-central-1.elb.amazonaws.com";

/** What RDS may make of it, which is all of ASCII but `/`, `@`, `"` and the space. */
export const masterPassword = "A$b${C}$$%41'#:?&=;<>|*~`!^()[]\\";

/** Built where the tests run, so of this machine's architecture and not by emulation. */
export const target = managedTarget({
  architecture: process.arch === "arm64" ? "arm64" : "x86_64",
});

export const props = awsProps({
  artifactStore: { kind: "s3", bucket, prefix },
  trackingServer: { publicUrls: ["https://models.example.org"] },
});

/** The managed shape's tasks, with the bucket that they use and another one. */
export async function startManagedCase(label: string): Promise<ManagedTasks> {
  const started = await startManagedTasks({
    label,
    props,
    target,
    bucket,
    databaseHost: "mlflow.c0ffee123456.eu-central-1.rds.amazonaws.com",
    loadBalancer,
    masterPassword,
    // Shorter than MLflow's workflow.
    keySeconds: 5,
  });
  try {
    await started.account.makeBucket(bucket);
    await started.account.makeBucket("somebody-elses");
    await started.deploy(props, target);
  } catch (error) {
    await started.remove();
    throw error;
  }
  return started;
}
