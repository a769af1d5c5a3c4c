import type { ArtifactStoreKind } from "./artifact-store.js";
import type { BackendStoreKind } from "./backend-store.js";
import type { MlflowDeployment } from "./deployment.js";
import { ConfigError, Problems } from "./errors.js";
import type { Topology } from "./topology.js";

/** Where a deployment is rendered to. */
export type Target = "compose" | "docker" | "process";

/** `runs`, or the reason why it can't and what to use instead. */
export type Support = "runs" | { readonly refused: string };

const ownContainer: Support = {
  refused: "runs in a container of its own; use --runtime docker, or another kind",
};

const severalPeople: Support = {
  refused: 'is for "remote-server", which needs Docker; use --runtime docker',
};

/** A kind of store: where it is rendered to, and in which topologies it makes sense. */
export interface KindSupport extends Readonly<Record<Target, Support>> {
  readonly topologies: readonly Topology[];
}

const withDatabase = ["localhost-database", "remote-server"] as const;

/** What runs where. The one place that knows: renderers refuse through it, the README prints it. */
export const targetTable: {
  readonly backendStore: Readonly<Record<BackendStoreKind, KindSupport>>;
  readonly artifactStore: Readonly<Record<ArtifactStoreKind, KindSupport>>;
} = {
  backendStore: {
    file: { topologies: ["localhost-files"], compose: "runs", docker: "runs", process: "runs" },
    sqlite: { topologies: ["localhost-database"], compose: "runs", docker: "runs", process: "runs" },
    postgres: { topologies: withDatabase, compose: "runs", docker: "runs", process: ownContainer },
    external: { topologies: withDatabase, compose: "runs", docker: "runs", process: "runs" },
  },
  artifactStore: {
    local: {
      topologies: ["localhost-files", "localhost-database"],
      compose: "runs",
      docker: "runs",
      process: "runs",
    },
    rustfs: { topologies: ["remote-server"], compose: "runs", docker: "runs", process: ownContainer },
    s3: { topologies: ["remote-server"], compose: "runs", docker: "runs", process: severalPeople },
    "s3-compatible": { topologies: ["remote-server"], compose: "runs", docker: "runs", process: severalPeople },
  },
};

/** Kinds of a store that a topology may have, in the order of the table. */
export function kindsIn<Role extends keyof typeof targetTable>(
  role: Role,
  topology: Topology,
): readonly (keyof (typeof targetTable)[Role])[] {
  const rows = Object.entries(targetTable[role]) as [
    keyof (typeof targetTable)[Role],
    KindSupport,
  ][];
  return rows.flatMap(([kind, { topologies }]) => (topologies.includes(topology) ? [kind] : []));
}

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
    const support = (targetTable[role] as Record<string, KindSupport>)[kind]?.[target];
    if (support !== undefined && support !== "runs") {
      problems.add(`${role}.kind`, `"${kind}" ${support.refused}`);
    }
  }
  problems.throwIfAny();
}
