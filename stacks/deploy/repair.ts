import type { DockerHost } from "../../constructs/docker/host.js";
import { ConfigError, holdsData, unreachable } from "../../constructs/mlflow/index.js";
import { runOnHost } from "../host/run.js";
import type { Drift } from "../stack/drift.js";
import type { Expected } from "../stack/expected.js";
import { lastLine } from "../tools/docker.js";

/**
 * Data that is gone is never replaced by an empty volume unasked.
 *
 * @param accepted - volumes that the user wants empty
 * @throws {ConfigError} with each that is gone
 */
export function requireData(drift: readonly Drift[], accepted: readonly string[]): void {
  const problems = drift.flatMap(({ repair, words }) =>
    repair.kind === "lost-data" && !accepted.includes(repair.volume)
      ? [
          {
            path: repair.volume,
            problem: `${words}; restore the volume from a backup, or begin with an empty one: --new-volume ${repair.volume}`,
          },
        ]
      : [],
  );
  if (problems.length > 0) throw new ConfigError(problems);
}

/** @throws {ConfigError} for a volume that the stack has not */
export function requireKnown({ volumes }: Expected, accepted: readonly string[]): void {
  const known = volumes.map(({ name }) => name).filter(holdsData);
  const problems = accepted
    .filter((name) => !known.includes(name))
    .map((name) => ({
      path: "--new-volume",
      problem: `must be a data volume of this stack; got "${name}"; it has ${known.join(", ") || "none yet"}`,
    }));
  if (problems.length > 0) throw new ConfigError(problems);
}

/** Does what Terraform can't. @throws {Error} with what the host's docker said */
export async function repairHost(host: DockerHost, drift: readonly Drift[]): Promise<void> {
  for (const { repair, words } of drift) {
    for (const command of commandsOf(repair)) {
      const { exitCode, stderr } = await runOnHost(host, command, { timeout: 120_000 });
      if (exitCode === 0 || /No such (container|network)|already in progress/i.test(stderr))
        continue;
      throw new Error(`${words}; that could not be mended: ${lastLine(stderr)}`);
    }
  }
}

function commandsOf(repair: Drift["repair"]): readonly (readonly string[])[] {
  switch (repair.kind) {
    case "remove-container":
      return removal(repair.id);
    case "remove-network":
      return [["network", "rm", repair.id]];
    case "tag":
      return [["tag", repair.imageId, repair.name]];
    case "untag":
      // The other image may have no other name, and belong to somebody.
      return [
        ["tag", repair.name, "mlflow-stacks/displaced:last"],
        ["image", "rm", "--no-prune", repair.name],
      ];
    case "lost-data":
      return repair.readers.flatMap(removal);
    case "terraform":
    case "replace":
      return [];
    default:
      return unreachable(repair);
  }
}

const removal = (container: string): readonly (readonly string[])[] => [
  // It may be a database at work.
  ["stop", "--time", "60", container],
  ["rm", "--force", container],
];
