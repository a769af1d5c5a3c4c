import type { AwsConfiguration } from "../helpers/aws/golden.js";
import { textsOf, type Block } from "../helpers/docker-target.js";

/** Blocks by the address that others have for them, each with those that it waits for. */
export type Graph = ReadonlyMap<string, ReadonlySet<string>>;

/** Every block of a configuration by its address. */
function blocksOf(file: AwsConfiguration): ReadonlyMap<string, Block> {
  const flat = (section: AwsConfiguration["resource"] | undefined, prefix: string) =>
    Object.entries(section ?? {}).flatMap(([type, blocks]) =>
      Object.entries(blocks).map(([name, block]) => [`${prefix}${type}.${name}`, block] as const),
    );
  return new Map([
    ...flat(file.resource, ""),
    ...flat(file.data, "data."),
    ...flat(file.ephemeral, "ephemeral."),
  ]);
}

/** `${…}` that Terraform evaluates, without those that are escaped. */
const expressions = (text: string): readonly string[] =>
  [...text.replaceAll(/([$%])\1\{/g, "").matchAll(/\$\{([^}]*)\}/g)].map(([, inner = ""]) => inner);

const address =
  /(?<![\w."-])((?:data|ephemeral)\.[a-z][\w]*\.[\w-]+|(?:aws|terraform)_\w+\.[\w-]+|var\.[\w-]+|local\.[\w-]+|module\.[\w-]+)/g;

/** Addresses that a text refers to. */
const referencesIn = (text: string): readonly string[] =>
  expressions(text).flatMap((each) => [...each.matchAll(address)].map(([, found = ""]) => found));

/** What a block refers to, and where. */
function referencesOf(block: Block): readonly (readonly [path: string, address: string])[] {
  const {
    depends_on: waits = [],
    "//": _,
    ...rest
  } = block as {
    depends_on?: string[];
    "//"?: unknown;
  };
  return [
    ...waits.map((each) => ["/depends_on", each] as const),
    ...textsOf(rest).flatMap(([path, text]) =>
      referencesIn(text).map((each) => [path, each] as const),
    ),
  ];
}

/** References that lead nowhere. */
export function lostReferences(file: AwsConfiguration): readonly string[] {
  const blocks = blocksOf(file);
  const everywhere = [
    ...blocks,
    ...Object.entries(file.output ?? {}).map(([name, block]) => [`output.${name}`, block] as const),
    ...Object.entries(file.provider).flatMap(([name, list]) =>
      list.map((block) => [`provider.${name}`, block] as const),
    ),
  ];
  return everywhere.flatMap(([from, block]) =>
    referencesOf(block)
      .filter(
        ([, to]) => !blocks.has(to) && file.variable?.[to.replace(/^var\./, "")] === undefined,
      )
      .map(([path, to]) => `${from}${path}: ${to} is nowhere`),
  );
}

export function graphOf(file: AwsConfiguration): Graph {
  const blocks = [...blocksOf(file)];
  return new Map(
    blocks.map(([name, block]) => [name, new Set(referencesOf(block).map(([, to]) => to))]),
  );
}

/** Everything that a block waits for, by way of others too. */
export function ancestors(graph: Graph, of: string): ReadonlySet<string> {
  const found = new Set<string>();
  const visit = (name: string): void => {
    for (const next of graph.get(name) ?? []) {
      if (!found.has(next)) {
        found.add(next);
        visit(next);
      }
    }
  };
  visit(of);
  return found;
}

/** Blocks that wait for themselves. */
export const cycles = (graph: Graph): readonly string[] =>
  [...graph.keys()].filter((name) => ancestors(graph, name).has(name));
