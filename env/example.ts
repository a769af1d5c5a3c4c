import { topologies, type Topology } from "../constructs/mlflow/index.js";
import { formatDotenvValue } from "./dotenv.js";
import { variableMeta, variableNames, type VariableName } from "./schema.js";

/** Variables that mean something in a topology, in the order of the schema. */
export function variablesOf(topology: Topology): readonly VariableName[] {
  const groups = ["everywhere"];
  if (topology !== "localhost-files") groups.push("database");
  if (topology === "remote-server") groups.push("remote-server");
  return variableNames.filter((name) => groups.includes(variableMeta(name).group));
}

/**
 * An env file of a topology with every variable explained; those without a value are comments.
 *
 * @param values - set values; none: the example
 */
export function formatSettingsFile(
  topology: Topology,
  values: Readonly<Record<string, string>> = {},
): string {
  const known = variablesOf(topology);
  const entries = known.flatMap((name) => {
    const { meaning, default: standard, unit } = variableMeta(name);
    const value = values[name];
    const line = value === undefined ? `#${name}=` : `${name}=${formatDotenvValue(value)}`;
    const fallback = standard.startsWith("- ") ? standard.slice(2) : standard;
    return [
      "",
      `# ${meaning}${unit === undefined ? "" : ` (${unit})`}. Default: ${fallback}`,
      line,
    ];
  });
  const others = Object.entries(values)
    .filter(([name]) => !(known as readonly string[]).includes(name))
    .map(([name, value]) => `${name}=${formatDotenvValue(value)}`);
  return [
    `# Settings of ${topology}: ${topologies[topology].summary}.`,
    "# Read by: mlstack generate|up " + topology + " -e THIS. It may hold passwords: chmod 600.",
    ...entries,
    ...(others.length > 0 ? ["", ...others] : []),
    "",
  ].join("\n");
}

/** The README's table. */
export function formatVariableTable(): string {
  const rows = variableNames.map((name) => {
    const { meaning, default: standard, unit } = variableMeta(name);
    const fallback = standard.startsWith("- ") ? standard.slice(2) : `\`${standard}\``;
    return `| \`${name}\` | ${meaning}${unit === undefined ? "" : `; ${unit}`} | ${fallback} |`;
  });
  return ["| variable | meaning | default |", "| --- | --- | --- |", ...rows].join("\n");
}
