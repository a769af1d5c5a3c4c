import { ConfigError, unreachable } from "../../constructs/mlflow/index.js";
import { awsFailure } from "../tools/aws-failure.js";
import { connectAws } from "./aws.js";
import { parseJob, type Job } from "./input.js";
import { migrate } from "./migrate.js";
import { pushImage } from "./push-image.js";
import { saveBeforeRelease } from "./release-snapshot.js";
import { start } from "./start.js";

/** What Terraform runs on AWS's behalf; see `constructs/aws/aws-job.ts`. */
async function runJob(job: Job): Promise<void> {
  const aws = connectAws(job.region);
  switch (job.verb) {
    case "push-image":
      return pushImage(aws, job);
    case "migrate":
      return migrate(aws, job);
    case "start":
      return start(aws, job);
    case "snapshot":
      return saveBeforeRelease(aws, job);
    default:
      return unreachable(job);
  }
}

for (const signal of ["SIGINT", "SIGTERM"] as const) process.once(signal, () => process.exit(1));

const [, , verb] = process.argv;
try {
  await runJob(parseJob(verb, process.env["MLSTACK_JOB"]));
} catch (error) {
  const failure = awsFailure(error, verb ?? "job");
  const text = failure instanceof Error ? failure.message : String(failure);
  console.error(text);
  if (text.startsWith("bug:")) console.error((failure as Error).stack);
  process.exitCode = failure instanceof ConfigError ? 2 : 1;
}
