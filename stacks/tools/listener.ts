/** Where the server listens. */
export interface Listener {
  /** An IP address, without brackets. */
  readonly host: string;
  readonly port: number;
}

const anyAddress: Readonly<Record<string, string>> = { "0.0.0.0": "127.0.0.1", "::": "::1" };

/** Where a client of this machine finds a server that listens on `host`; Windows cannot connect to 0.0.0.0. */
export const reachableHost = (host: string): string => anyAddress[host] ?? host;

/** Whether an address leads to its own machine alone. */
export const isLoopback = (host: string): boolean => /^(127\.|::1$)/.test(host);

/** `http://127.0.0.1:5000`, for a client of this machine. */
export function localUrl({ host, port }: Listener): string {
  const name = reachableHost(host);
  return `http://${name.includes(":") && !name.startsWith("[") ? `[${name}]` : name}:${port}`;
}
