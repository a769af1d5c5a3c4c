import {
  artifactStoreKinds,
  backendStoreKinds,
  targetTable,
  topologies,
  topologyNames,
  type Support,
} from "../constructs/mlflow/index.js";
import { formatVariableTable } from "../env/example.js";
import { formatShellTable } from "../env/shell.js";

const cell = (support: Support): string => (support === "runs" ? "runs" : `no: ${support.refused}`);

function formatKindTable(): string {
  const where = (role: "backendStores" | "artifactStores", kind: string): string =>
    topologyNames
      .filter((name) => (topologies[name][role] as readonly string[]).includes(kind))
      .join(", ");
  const rows = [
    ...backendStoreKinds.map(
      (kind) =>
        `| backend store \`${kind}\` | ${where("backendStores", kind)} | ${cell(targetTable.backendStore[kind].compose)} | ${cell(targetTable.backendStore[kind].process)} |`,
    ),
    ...artifactStoreKinds.map(
      (kind) =>
        `| artifact store \`${kind}\` | ${where("artifactStores", kind)} | ${cell(targetTable.artifactStore[kind].compose)} | ${cell(targetTable.artifactStore[kind].process)} |`,
    ),
  ];
  return ["| store | topologies | Docker | process |", "| --- | --- | --- | --- |", ...rows].join(
    "\n",
  );
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
