import { readdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";

/** moto runs no task and has no registry: here the jobs' program does nothing; others test it. */
export function withoutJobs(folder: string): void {
  const files = readdirSync(folder, { recursive: true, encoding: "utf8" });
  for (const file of files.filter((each) => each.endsWith("aws-job.mjs"))) {
    writeFileSync(join(folder, file), "");
  }
}
