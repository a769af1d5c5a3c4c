const unreachable =
  /could not connect|no such host|connection refused|i\/o timeout|TLS handshake|proxyconnect|failed to request discovery/i;
const unavailable =
  /no available releases|does not have a provider named|no versions? (of|matching)|not available for|not found in\s+any of the search locations/i;

/** What to try next, by what a failed `init` said; undefined: nobody knows. */
export function whatToTry(said: string): string | undefined {
  if (/\bs3\b|bucket|PostgreSQL|postgres/i.test(said)) {
    return "Is the place of the state reachable, and are its credentials set in this shell?";
  }
  if (unreachable.test(said)) {
    return "Is the provider registry reachable from here (HTTPS_PROXY)? Without one, name a mirror in the file that TF_CLI_CONFIG_FILE names.";
  }
  if (unavailable.test(said)) {
    return "The registry or the mirror in TF_CLI_CONFIG_FILE has no such provider for this machine.";
  }
  return undefined;
}
