import type { Problems } from "./errors.js";

/**
 * Refuses an image whose content can change from one pull to the next.
 *
 * @see https://github.com/distribution/reference for the grammar
 */
export function requireImage(reference: string, path: string, problems: Problems): void {
  const grammar = /^[a-z0-9][a-z0-9._/:-]*?(:[A-Za-z0-9_][A-Za-z0-9._-]*)?(@sha256:[0-9a-f]{64})?$/;
  if (!problems.require(grammar.test(reference), path, `must be an image name; got "${reference}"`))
    return;
  const tag = /:([^/:@]+)(@|$)/.exec(reference)?.[1];
  problems.require(
    reference.includes("@sha256:") || (tag !== undefined && tag !== "latest"),
    path,
    `must name a version or a digest, so that two pulls give the same program; got "${reference}"`,
  );
}
