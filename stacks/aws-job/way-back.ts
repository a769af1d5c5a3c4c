import type { Aws } from "./aws.js";
import type { MigrateJob, StartJob } from "./input.js";
import { lookUp } from "./look-up.js";
import { releaseOf } from "./release.js";
import { restoreWords } from "./restore-words.js";
import { primaryOf } from "./rollout.js";
import { findService, imageOf } from "./tasks.js";

/** What a failed migration has left, and how to have the old server again; lines for people. */
export async function wayBack(aws: Aws, job: MigrateJob): Promise<readonly string[]> {
  const { region, database, version } = job;
  return lookUp(`whether the server was stopped can't be told`, async () => {
    const found = await findService(aws.ecs, job);
    if (found === undefined) return [];
    if (found.desiredCount !== 0) return ["The server goes on as before."];
    const folder = process.cwd();
    return [
      "The old server was stopped, and stays so. Run the same command again when the cause is gone, or go back:",
      `  ${scale(job, 1)}`,
      "If it then says that the database is of another release, the database has to go back as well.",
      ...(database === undefined
        ? [ownDatabase]
        : await restoreWords(aws.rds, { region, database, version, folder })),
    ];
  });
}

/**
 * What it means that ECS went back to a server of another release: it does so by itself and knows
 * nothing of the database, which is at the new release since the migration. A server that is asked
 * to leave it alone says so and ends; lines for people, none where the release is the same.
 */
export async function wayOn(aws: Aws, job: StartJob): Promise<readonly string[]> {
  const { region, database, taskDefinition } = job;
  return lookUp("which release ECS went back to can't be told", async () => {
    const found = await findService(aws.ecs, job);
    const { taskDefinition: running = taskDefinition } = (found && primaryOf(found)) ?? {};
    if (running === taskDefinition) return [];
    const old = releaseOf(await imageOf(aws.ecs, running));
    const version = releaseOf(await imageOf(aws.ecs, taskDefinition));
    if (version === undefined || old === version) return [];
    const folder = process.cwd();
    return [
      `The server that ECS went back to is of ${old === undefined ? "another release" : `MLflow ${old}`}, and does not fit the database: that was brought to ${version} before. Stop it:`,
      `  ${scale(job, 0)}`,
      "Then run the same command again when the cause is gone, which starts the new one.",
      ...(database === undefined
        ? [ownDatabase]
        : await restoreWords(aws.rds, { region, database, version, folder })),
    ];
  });
}

const scale = ({ region, cluster, service }: MigrateJob | StartJob, count: number): string =>
  `aws ecs update-service --region ${region} --cluster ${cluster} --service ${service} --desired-count ${count}`;

const ownDatabase =
  "The database is yours: restore your own backup of it, and deploy by the release of mlflow-stacks that was deployed before.";
