import type { ArtifactStoreKind } from "./artifact-store.js";
import type { BackendStoreKind } from "./backend-store.js";
import type { MlflowDeployment } from "./deployment.js";
import { ConfigError, Problems } from "./errors.js";

/** Where a deployment is rendered to. */
export type Target = "compose" | "process";

/** `runs`, or the reason why it can't and what to use instead. */
export type Support = "runs" | { readonly refused: string };

const needsDocker: Support = {
  refused: "runs in a container of its own; use --runtime docker, or another kind",
};

/** Which kind of each store runs in which target. The one place that knows; the README prints it. */
export const targetTable: {
  readonly backendStore: Readonly<Record<BackendStoreKind, Readonly<Record<Target, Support>>>>;
  readonly artifactStore: Readonly<Record<ArtifactStoreKind, Readonly<Record<Target, Support>>>>;
} = {
  backendStore: {
    file: { compose: "runs", process: "runs" },
    sqlite: { compose: "runs", process: "runs" },
    postgres: { compose: "runs", process: needsDocker },
    external: { compose: "runs", process: "runs" },
  },
  artifactStore: {
    local: { compose: "runs", process: "runs" },
    rustfs: { compose: "runs", process: needsDocker },
    s3: { compose: "runs", process: needsDocker },
    "s3-compatible": { compose: "runs", process: needsDocker },
  },
};

/**
 * Refuses what `target` can't run.
 *
 * @throws {ConfigError} with a line for the topology and each store that is refused
 */
export function requireTarget(deployment: MlflowDeployment, target: Target): void {
  const problems = new Problems();
  if (target === "process" && deployment.topology === "remote-server") {
    throw new ConfigError([
      {
        path: "topology",
        problem:
          '"remote-server" needs Docker, because several people depend on it and PostgreSQL runs beside it; install Docker, or use "localhost-database"',
      },
    ]);
  }
  for (const role of ["backendStore", "artifactStore"] as const) {
    const { kind } = deployment[role];
    const support = (targetTable[role] as Record<string, Record<Target, Support>>)[kind]?.[target];
    if (support !== undefined && support !== "runs") {
      problems.add(`${role}.kind`, `"${kind}" ${support.refused}`);
    }
  }
  problems.throwIfAny();
}
