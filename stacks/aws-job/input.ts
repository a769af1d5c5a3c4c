import { z } from "zod";
import { ConfigError } from "../../constructs/mlflow/index.js";

const text = z.string().min(1);

const common = {
  region: text,
  /** Between two looks at what is waited for. */
  pollSeconds: z.number().positive().default(5),
};

const ecs = { ...common, cluster: text, service: text, taskDefinition: text, logGroup: text };

const pushImage = z.strictObject({
  verb: z.literal("push-image"),
  ...common,
  /** `<account>.dkr.ecr.<region>.amazonaws.com/<name>` */
  repository: z.string().regex(/^[^/]+\/.+$/),
  tag: text,
  /** Folder with a Dockerfile. */
  context: text,
  platform: z.enum(["linux/arm64", "linux/amd64"]),
});

const migrate = z.strictObject({
  verb: z.literal("migrate"),
  ...ecs,
  /** Of the task definition. */
  container: text,
  subnets: z.array(text).min(1),
  securityGroups: z.array(text).min(1),
  /** Release of MLflow that the image has. */
  version: text,
  /** Identifier of the RDS instance that a snapshot is taken of. */
  database: text.optional(),
});

const start = z.strictObject({
  verb: z.literal("start"),
  ...ecs,
  /** Identifier of the RDS instance that a migration may have taken a snapshot of. */
  database: text.optional(),
});

const snapshot = z.strictObject({
  verb: z.literal("snapshot"),
  ...common,
  /** What the snapshot's name begins with. */
  name: text,
  /** Release of MLflow that comes. */
  version: text,
  /** Id of the volume that the database is on; undefined: it is on none. */
  volume: text.optional(),
  /** Identifier of the RDS instance; undefined: there is none. */
  database: text.optional(),
});

const jobs = z.discriminatedUnion("verb", [pushImage, migrate, start, snapshot]);

export type Job = z.infer<typeof jobs>;
export type PushImageJob = z.infer<typeof pushImage>;
export type MigrateJob = z.infer<typeof migrate>;
export type StartJob = z.infer<typeof start>;
export type SnapshotJob = z.infer<typeof snapshot>;

/**
 * What `constructs/aws` has written for this program.
 *
 * @param json - of the variable `MLSTACK_JOB`
 * @throws {ConfigError} with every problem
 */
export function parseJob(verb: string | undefined, json: string | undefined): Job {
  const parsed = jobs.safeParse({ ...parseObject(json), verb });
  if (parsed.success) return parsed.data;
  throw new ConfigError(
    parsed.error.issues.map(({ path, message }) => ({
      path: ["MLSTACK_JOB", ...path.map(String)].join("."),
      problem: message,
    })),
  );
}

function parseObject(json: string | undefined): object {
  try {
    return Object(JSON.parse(json ?? "")) as object;
  } catch {
    const problem = "must be the JSON that Terraform hands over; this program is run by it";
    throw new ConfigError([{ path: "MLSTACK_JOB", problem }]);
  }
}
