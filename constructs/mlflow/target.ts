import type { ArtifactStoreKind } from "./artifact-store.js";
import type { BackendStoreKind } from "./backend-store.js";
import type { MlflowDeployment } from "./deployment.js";
import { ConfigError, Problems } from "./errors.js";
import type { Topology } from "./topology.js";

/** Where a deployment is rendered to. */
export type Target = "compose" | "docker" | "process" | "aws-managed" | "aws-host";

/** `runs`, or the reason why it can't and what to use instead. */
export type Support = "runs" | { readonly refused: string };

const ownContainer: Support = {
  refused: "runs in a container of its own; use --runtime docker, or another kind",
};

const severalPeople: Support = {
  refused: 'is for "remote-server", which needs Docker; use --runtime docker',
};

const oneMachine: Support = {
  refused: 'is on the disk of one machine; use the topology "remote-server" with "postgres"',
};

const localArtifacts: Support = {
  refused: 'is on the disk of one machine; use { kind: "s3", bucket }, which is made for you',
};

const s3Instead: Support = {
  refused: 'has no place beside Amazon\'s own S3; use { kind: "s3", bucket }, which is made for you',
};

/** A kind of store: where it is rendered to, and in which topologies it makes sense. */
export interface KindSupport extends Readonly<Record<Target, Support>> {
  readonly topologies: readonly Topology[];
}

const withDatabase = ["localhost-database", "remote-server"] as const;

const onMachines = { compose: "runs", docker: "runs", process: "runs" } as const;

const onAws = (support: Support) => ({ "aws-managed": support, "aws-host": support });

/** What runs where. The one place that knows: renderers refuse through it, the README prints it. */
export const targetTable: {
  readonly backendStore: Readonly<Record<BackendStoreKind, KindSupport>>;
  readonly artifactStore: Readonly<Record<ArtifactStoreKind, KindSupport>>;
} = {
  backendStore: {
    file: { topologies: ["localhost-files"], ...onMachines, ...onAws(oneMachine) },
    sqlite: { topologies: ["localhost-database"], ...onMachines, ...onAws(oneMachine) },
    postgres: { topologies: withDatabase, ...onMachines, process: ownContainer, ...onAws("runs") },
    external: { topologies: withDatabase, ...onMachines, ...onAws("runs") },
  },
  artifactStore: {
    local: {
      topologies: ["localhost-files", "localhost-database"],
      ...onMachines,
      ...onAws(localArtifacts),
    },
    rustfs: {
      topologies: ["remote-server"],
      ...onMachines,
      process: ownContainer,
      ...onAws(s3Instead),
    },
    s3: { topologies: ["remote-server"], ...onMachines, process: severalPeople, ...onAws("runs") },
    "s3-compatible": {
      topologies: ["remote-server"],
      ...onMachines,
      process: severalPeople,
      ...onAws(s3Instead),
    },
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
  if (target.startsWith("aws-") && deployment.topology !== "remote-server") {
    problems.add(
      "topology",
      `must be "remote-server" on AWS, because it is for several people; got "${deployment.topology}"`,
    );
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
