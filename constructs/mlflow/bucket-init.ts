import { bucketMaking, type ArtifactStore } from "./artifact-store.js";
import type { Problems } from "./errors.js";

/**
 * Whether a one-shot job makes the bucket before the server starts.
 *
 * @param asked - `bucketInit` of the props
 */
export function resolveBucketInit(
  store: ArtifactStore,
  asked: boolean | undefined,
  problems: Problems,
): boolean {
  const making = bucketMaking[store.kind];
  const kind = `artifactStore.kind "${store.kind}"`;
  if (making === "when-asked") return asked ?? false;
  if (making === "always") {
    const problem = `must not be false with ${kind}, whose bucket and key nobody else makes`;
    problems.require(asked !== false, "bucketInit", problem);
    return true;
  }
  problems.require(
    asked !== true,
    "bucketInit",
    `must not be true with ${kind}, which ${making.never}`,
  );
  return false;
}
