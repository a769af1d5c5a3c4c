/** What no option changes, and what the price counts: no more than values, for it needs no others. */

/** Services that a Fargate task without another way out needs besides S3, an endpoint each. */
export const endpointServices = ["ecr.api", "ecr.dkr", "logs", "secretsmanager"] as const;

/** Root disk of an instance in GiB: the system, without Docker's images on the data volume. */
export const rootVolumeGiB = 16;

/** Days in which a deleted or overwritten artifact can be had back. */
export const oldVersionDays = 90;
