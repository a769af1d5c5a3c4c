import type { Problems } from "./errors.js";

/** `http://127.0.0.1:5000`: scheme, host and the port unless it is the scheme's own. */
const origin = (url: string): string => new URL(url).origin;

/** All addresses of the host: `0.0.0.0`, or `::` in any of its spellings. */
const isWildcard = (address: string): boolean =>
  address === "0.0.0.0" ||
  (URL.canParse(`http://[${address}]`) && new URL(`http://[${address}]`).hostname === "[::]");

/** A URL as a message may show it: whoever writes a password into one should not find it in a log. */
export const withoutUser = (url: string): string => url.replace(/[^/]*@/g, "…@");

/**
 * @param asked - `trackingServer.publicUrls` of the props
 * @returns origins without a slash at the end, in the order given, the first being the one to show
 */
export function resolvePublicUrls(
  asked: readonly string[] | undefined,
  bindAddress: string,
  port: number,
  problems: Problems,
): readonly string[] {
  if (asked === undefined || asked.length === 0) return defaultUrls(bindAddress, port, problems);
  return asked.flatMap((url, index) => {
    const valid =
      /^https?:\/\/[^/?#@*\s]+\/?$/.test(url) && URL.canParse(url) && new URL(url).hostname !== "";
    const path = `trackingServer.publicUrls[${index}]`;
    const rule = `must be "http://" or "https://" and a host, without a path or a wildcard; got "${withoutUser(url)}"`;
    return problems.require(valid, path, rule) ? [origin(url)] : [];
  });
}

function defaultUrls(bindAddress: string, port: number, problems: Problems): readonly string[] {
  if (isWildcard(bindAddress)) {
    problems.add(
      "trackingServer.publicUrls",
      `must be given when the port is open on all addresses ("${bindAddress}"), because requests under unknown names are refused; use the URL people will type, such as "http://n100.lan:${port}"`,
    );
    return [];
  }
  const host = bindAddress.includes(":") ? `[${bindAddress}]` : bindAddress;
  const own = `http://${host}:${port}`;
  if (!URL.canParse(own)) return [];
  return host === "127.0.0.1" ? [origin(own), origin(`http://localhost:${port}`)] : [origin(own)];
}

/**
 * Values of `Host` that MLflow lets in. It compares the header, port included, with each entry, so
 * a name needs two: `name` behind a proxy and `name:*` for any port. A pattern with `[` is a
 * character class to it, so an IPv6 address gets its exact port instead.
 *
 * @param ownNames - names under which other containers and health checks call the server
 * @see https://github.com/mlflow/mlflow/issues/22095
 */
export function allowedHosts(
  publicUrls: readonly string[],
  ownNames: readonly string[],
): readonly string[] {
  const entries = publicUrls
    .map((text) => new URL(text))
    .flatMap((url) =>
      url.hostname.startsWith("[") ? [url.hostname, url.host] : [url.hostname, `${url.hostname}:*`],
    );
  const own = ["localhost", "127.0.0.1", ...ownNames].flatMap((name) => [name, `${name}:*`]);
  return [...new Set([...entries, ...own])];
}
