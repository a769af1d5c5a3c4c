import type { ArtifactStore } from "./artifact-store.js";
import { unreachable, type Problems } from "./errors.js";

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
  switch (store.kind) {
    case "rustfs":
      problems.require(
        asked !== false,
        "bucketInit",
        'must not be false with artifactStore.kind "rustfs", whose bucket and key nobody else makes',
      );
      return true;
    case "s3-compatible":
      return asked ?? false;
    case "local":
    case "s3":
      problems.require(
        asked !== true,
        "bucketInit",
        store.kind === "s3"
          ? 'must not be true with artifactStore.kind "s3"; make the bucket in AWS, where its owner and policy are decided'
          : 'must not be true with artifactStore.kind "local", which has no bucket',
      );
      return false;
    default:
      return unreachable(store);
  }
}
