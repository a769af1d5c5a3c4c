import type { Listener } from "../tools/listener.js";

/** Sockets that listen, from `/proc/net/tcp` and `/proc/net/tcp6`, each once. */
export function listeningSockets(table: string): readonly Listener[] {
  const found = new Map<string, Listener>();
  for (const [, address = "", port = ""] of table.matchAll(
    /^\s*\d+: ([0-9A-F]{8}|[0-9A-F]{32}):([0-9A-F]{4}) \S+ 0A /gm,
  )) {
    const listener = { host: readAddress(address), port: Number.parseInt(port, 16) };
    found.set(`${listener.host} ${listener.port}`, listener);
  }
  return [...found.values()];
}

/** Addresses of the machine, from `/proc/net/fib_trie` and `/proc/net/if_inet6`. */
export function ownAddresses(tables: string): readonly string[] {
  const v4 = [...tables.matchAll(/\|-- (\S+)\n\s+\/32 host LOCAL/g)].map(([, found = ""]) => found);
  const v6 = [...tables.matchAll(/^([0-9a-f]{32}) /gm)].map(([, found = ""]) => ipv6(found));
  return [...new Set([...v4, ...v6])];
}

/** Words of four bytes, each in the order of a little-endian machine: amd64 and arm64 are that. */
function readAddress(text: string): string {
  const bytes = (text.match(/.{8}/g) ?? []).flatMap((word) => (word.match(/../g) ?? []).reverse());
  const hex = bytes.join("");
  if (bytes.length === 4) return ipv4(hex);
  return /^0{20}f{4}/i.test(hex) ? ipv4(hex.slice(24)) : ipv6(hex);
}

const ipv4 = (hex: string): string =>
  (hex.match(/../g) ?? []).map((byte) => Number.parseInt(byte, 16)).join(".");

const ipv6 = (hex: string): string => shortAddress((hex.match(/.{4}/g) ?? []).join(":"));

/** An address as everybody writes it: `0:0:0:0:0:0:0:1` is `::1`. */
export function shortAddress(address: string): string {
  if (!address.includes(":") || !URL.canParse(`http://[${address}]`)) return address;
  return new URL(`http://[${address}]`).hostname.slice(1, -1);
}
