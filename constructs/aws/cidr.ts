/** A range of IPv4 addresses. */
export interface Cidr {
  /** The first address as a number. */
  readonly first: number;
  /** Bits of the network part, 0 to 32. */
  readonly prefix: number;
}

const octet = "(25[0-5]|2[0-4]\\d|1?\\d?\\d)";
const grammar = new RegExp(`^${octet}(\\.${octet}){3}/(3[0-2]|[12]?\\d)$`);

/** `10.73.0.0/20`; undefined: not a range, or one with bits set behind its prefix. */
export function parseCidr(text: string): Cidr | undefined {
  if (!grammar.test(text)) return undefined;
  const [address = "", prefix = ""] = text.split("/");
  const first = address.split(".").reduce((sum, part) => sum * 256 + Number(part), 0);
  const range = { first, prefix: Number(prefix) };
  return first % sizeOf(range) === 0 ? range : undefined;
}

export function formatCidr({ first, prefix }: Cidr): string {
  const octets = [24, 16, 8, 0].map((shift) => Math.floor(first / 2 ** shift) % 256);
  return `${octets.join(".")}/${prefix}`;
}

/** The range that begins where `text` does not quite, for a message. */
export function startOfRange(text: string): string | undefined {
  if (!grammar.test(text)) return undefined;
  const [address = "", prefix = "32"] = text.split("/");
  const number = address.split(".").reduce((sum, part) => sum * 256 + Number(part), 0);
  const range = { first: number, prefix: Number(prefix) };
  return formatCidr({ ...range, first: number - (number % sizeOf(range)) });
}

/** Whether two ranges have an address in common. */
export const overlaps = (one: Cidr, other: Cidr): boolean =>
  one.first < other.first + sizeOf(other) && other.first < one.first + sizeOf(one);

/** The `index`th of the 2^`bits` parts of a range. */
export function subnetOf({ first, prefix }: Cidr, bits: number, index: number): Cidr {
  const part = { first, prefix: prefix + bits };
  return { ...part, first: first + index * sizeOf(part) };
}

const sizeOf = ({ prefix }: Pick<Cidr, "prefix">): number => 2 ** (32 - prefix);
