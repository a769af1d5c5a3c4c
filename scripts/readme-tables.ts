import {
  artifactStoreKinds,
  backendStoreKinds,
  targetTable,
  topologies,
  topologyNames,
  type KindSupport,
  type Support,
  type Target,
} from "../constructs/mlflow/index.js";
import { formatVariableTable } from "../env/example.js";
import { formatShellTable } from "../env/shell.js";

const cell = (support: Support): string => (support === "runs" ? "runs" : `no: ${support.refused}`);

/** The columns of the table, and what people call them. */
const targets: readonly (readonly [Target, string])[] = [
  ["compose", "Docker"],
  ["docker", "Terraform"],
  ["process", "process"],
  ["aws-managed", "AWS managed"],
  ["aws-host", "AWS host"],
];

function formatKindTable(): string {
  const where = (role: "backendStores" | "artifactStores", kind: string): string =>
    topologyNames
      .filter((name) => (topologies[name][role] as readonly string[]).includes(kind))
      .join(", ");
  const row = (store: string, topologies: string, support: KindSupport): string =>
    `| ${[store, topologies, ...targets.map(([target]) => cell(support[target]))].join(" | ")} |`;
  const rows = [
    ...backendStoreKinds.map((kind) => {
      const title = `backend store \`${kind}\``;
      return row(title, where("backendStores", kind), targetTable.backendStore[kind]);
    }),
    ...artifactStoreKinds.map((kind) => {
      const title = `artifact store \`${kind}\``;
      return row(title, where("artifactStores", kind), targetTable.artifactStore[kind]);
    }),
  ];
  const columns = ["store", "topologies", ...targets.map(([, title]) => title)];
  const lines = columns.map(() => "---");
  return [`| ${columns.join(" | ")} |`, `| ${lines.join(" | ")} |`, ...rows].join("\n");
}

const tables: Readonly<Record<string, () => string>> = {
  kinds: formatKindTable,
  variables: formatVariableTable,
  shell: formatShellTable,
};

/** The README with each table between `<!-- name -->` and `<!-- /name -->` made anew. */
export function fillReadme(text: string): string {
  return Object.entries(tables).reduce((result, [name, format]) => {
    const marked = new RegExp(`(<!-- ${name} -->)[^]*?(<!-- /${name} -->)`);
    if (!marked.test(result)) throw new Error(`README.md has no place for the table "${name}"`);
    return result.replace(
      marked,
      (_, start: string, end: string) => `${start}\n\n${format()}\n\n${end}`,
    );
  }, text);
}
