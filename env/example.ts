import { topologies, type Topology } from "../constructs/mlflow/index.js";
import { wordsOnAws } from "./aws-scope.js";
import { formatDotenvValue } from "./dotenv.js";
import type { SettingsScope } from "./load.js";
import { variableMeta, variableNames } from "./schema.js";
import { variablesOf } from "./topology-variables.js";

/**
 * An env file of a topology with every variable explained; those without a value are comments.
 *
 * @param values - set values; none: the example
 * @param scope - for a folder, or for a stack that Terraform makes
 */
export function formatSettingsFile(
  topology: Topology,
  values: Readonly<Record<string, string>> = {},
  scope: SettingsScope = "folder",
): string {
  const known = variablesOf(topology, scope);
  const readers =
    scope === "folder"
      ? `generate|up ${topology}`
      : `plan|deploy ${scope === "aws" ? "aws" : "home-lab"}`;
  const entries = known.flatMap((name) => {
    const words = scope === "aws" ? wordsOnAws[name] : {};
    const { meaning, default: standard, unit } = { ...variableMeta(name), ...words };
    const value = values[name];
    const line = value === undefined ? `#${name}=` : `${name}=${formatDotenvValue(value)}`;
    const own = scope !== "folder" && name === "MLSTACK_NAME" ? "mlflow- and the stack" : standard;
    const fallback = own.startsWith("- ") ? own.slice(2) : own;
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
    `# Settings of ${topology}${scope === "aws" ? " on AWS" : ""}: ${topologies[topology].summary}.`,
    `# Read by: mlstack ${readers} -e THIS. ${scope === "aws" ? "AWS keeps the passwords." : "It may hold passwords: chmod 600."}`,
    ...entries,
    ...(others.length > 0 ? ["", ...others] : []),
    "",
  ].join("\n");
}

/**
 * An env file of the user's with other values: their lines change, all others stay as they are.
 *
 * @param values - undefined: the variable's line becomes a comment
 */
export function editSettingsFile(
  text: string,
  values: Readonly<Record<string, string | undefined>>,
): string {
  const end = text.includes("\r\n") ? "\r\n" : "\n";
  return Object.entries(values).reduce((result, [name, value]) => {
    const line = value === undefined ? `#${name}=` : `${name}=${formatDotenvValue(value)}`;
    // The value itself may hold "$&" and the like, so the replacement is no pattern.
    for (const present of [
      new RegExp(`^(\uFEFF?)[^\\S\r\n]*(?:export\\s+)?${name}[^\\S\r\n]*=[^\r\n]*`, "m"),
      new RegExp(`^(\uFEFF?)#${name}=[^\\S\r\n]*$`, "m"),
    ]) {
      if (present.test(result)) return result.replace(present, (_, mark: string) => mark + line);
    }
    if (value === undefined) return result;
    return `${result}${result === "" || /[\r\n]$/.test(result) ? "" : end}${line}${end}`;
  }, text);
}

/** The README's table; what only plan, deploy, destroy and output take is marked, and what only the stack aws does. */
export function formatVariableTable(): string {
  const rows = variableNames.map((name) => {
    const { meaning, default: standard, unit, stack, aws } = variableMeta(name);
    const fallback = standard.startsWith("- ") ? standard.slice(2) : `\`${standard}\``;
    const mark = aws === true ? " (aws)" : stack === true ? " (stack)" : "";
    const said = `${meaning}${unit === undefined ? "" : `; ${unit}`}`;
    return `| \`${name}\`${mark} | ${said} | ${fallback} |`;
  });
  return ["| variable | meaning | default |", "| --- | --- | --- |", ...rows].join("\n");
}
