/**
 * MLflow of the tracking server. 3.17.2 is the newest whose companion packages all install; to
 * bump it, change `requirements/core.in`, run `npm run lock`, and `ONE_PROCESS_RELEASES` in run.py.
 */
export const mlflowVersion = "3.17.2";

/**
 * Older releases have published advisories for unauthenticated code execution and file read.
 *
 * @see CVE-2026-116692, CVE-2026-116690
 */
export const mlflowVersionFloor = "3.17.0";

/** Images by exact tag. A tag with `@sha256:…` may be given instead, per store. */
export const images = {
  python: "python:3.13-slim-bookworm",
  postgres: "postgres:18.6-trixie",
  rustfs: "rustfs/rustfs:1.0.1",
} as const;
