import type { DockerHost } from "../../constructs/docker/host.js";
import { ConfigError, unreachable } from "../../constructs/mlflow/index.js";
import { runOnHost } from "../host/run.js";
import type { Drift } from "../stack/found.js";
import { lastLine } from "../tools/docker.js";

/**
 * Data that is gone is never replaced by an empty volume unasked.
 *
 * @param accepted - volumes that the user wants empty, by their names on the host
 * @throws {ConfigError} with each that is gone
 */
export function requireData(drift: readonly Drift[], accepted: ReadonlySet<string>): void {
  const problems = drift.flatMap(({ repair, words }) =>
    repair.kind === "lost-data" && !accepted.has(repair.volume)
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

/** What docker says where somebody else did it in the meantime. */
const done =
  /No such (container|network|volume)|network \S+ not found|already in progress|is not paused/i;

/** Does what Terraform can't. @throws {Error} with what the host's docker said */
export async function repairHost(host: DockerHost, drift: readonly Drift[]): Promise<void> {
  for (const { repair, words } of drift) {
    for (const command of commandsOf(repair)) {
      const { exitCode, stderr } = await runOnHost(host, command, { timeout: 120_000 });
      if (exitCode === 0 || done.test(stderr)) continue;
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
    case "remove-volume":
      return [["volume", "rm", repair.name]];
    case "unpause":
      return [["unpause", repair.id]];
    case "restart":
      return [["restart", "--time", "60", repair.id]];
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
