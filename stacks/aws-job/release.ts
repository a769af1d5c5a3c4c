import { createHash } from "node:crypto";

/**
 * MLflow's release of an image whose tag is `<release>-<12 hex digits>`.
 *
 * @returns undefined: the image is tagged by somebody else
 */
export const releaseOf = (image: string): string | undefined =>
  /:([^:/@]+)-[0-9a-f]{12}$/.exec(image)?.[1];

/** What the names of a database's snapshots before a release begin with. */
export const snapshotPrefix = (database: string, version: string): string =>
  // RDS takes no two dashes together, and none at the end.
  `${database}-before-${version.replaceAll(/[^A-Za-z0-9]+/g, "-")}-`;

/** `lab-before-3-17-2-202611280915`, in UTC. */
export const snapshotName = (database: string, version: string, now: Date): string =>
  snapshotPrefix(database, version) + now.toISOString().replaceAll(/\D/g, "").slice(0, 12);

/**
 * Two runs that begin at the same time have the same token, and ECS then starts one task for both.
 * One that comes after a failure has another: ECS would hand it the task that failed.
 *
 * @param stopped - ARNs of the tasks that ECS remembers, for about an hour
 * @see https://docs.aws.amazon.com/AmazonECS/latest/developerguide/ECS_Idempotency.html
 */
export function clientToken(taskDefinition: string, stopped: readonly string[], now: Date): string {
  const hour = now.toISOString().slice(0, 13);
  const text = [taskDefinition, hour, ...[...stopped].sort()].join("\n");
  return createHash("sha256").update(text).digest("hex").slice(0, 32);
}

/** `lab-db-upgrade` of `arn:aws:ecs:…:task-definition/lab-db-upgrade:3`. */
export const familyOf = (taskDefinition: string): string =>
  taskDefinition.slice(taskDefinition.lastIndexOf("/") + 1).replace(/:\d+$/, "");
