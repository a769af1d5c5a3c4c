import { dataVolumes, volumeName } from "../../constructs/docker/names.js";
import { ConfigError, type VolumeName } from "../../constructs/mlflow/index.js";
import type { StackSession } from "./session.js";

/** What has volumes of its own: a stack, by the names that it takes on the host. */
interface VolumeOwner {
  /** Name of the deployment. */
  readonly name: string;
  /** Names on the host. */
  readonly volumes: readonly string[];
}

/** What a session's stack has of them. */
export const ownVolumes = ({ settings, hostNames }: StackSession): VolumeOwner => ({
  name: settings.deployment.name,
  volumes: hostNames.volumes,
});

/** Volumes of a stack that hold data, by their own names. */
export const dataVolumesOf = ({ name, volumes }: VolumeOwner): readonly VolumeName[] =>
  dataVolumes.filter((volume) => volumes.includes(volumeName(name, volume)));

/**
 * Data volumes that a flag names, by their own names or by those that they have on the host.
 *
 * @returns their names on the host
 * @throws {ConfigError} with each that the stack has not
 */
export function requireDataVolumes(
  flag: string,
  asked: readonly string[],
  owner: VolumeOwner,
): ReadonlySet<string> {
  const own = dataVolumesOf(owner);
  const found = asked.map((text) =>
    own.find((volume) => text === volume || text === volumeName(owner.name, volume)),
  );
  const problems = asked
    .filter((_, index) => found[index] === undefined)
    .map((text) => ({
      path: flag,
      problem: `must be a data volume of this stack; got "${text}"; it has ${own.map((volume) => `"${volume}"`).join(", ") || "none"}`,
    }));
  if (problems.length > 0) throw new ConfigError(problems);
  return new Set(found.flatMap((volume) => (volume ? [volumeName(owner.name, volume)] : [])));
}
