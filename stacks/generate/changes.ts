import { parseComposeFile } from "../../compose-templates/index.js";
import { parseDotenv } from "../../env/dotenv.js";

/** How one file of the output folder differs from the last run. */
export interface Change {
  readonly path: string;
  readonly kind: "new" | "changed" | "removed";
  /** What differs inside it, a line each, without any secret. */
  readonly details: readonly string[];
}

/** @param before - undefined: the file is not there */
export function describeChange(path: string, before: string | undefined, after: string): Change[] {
  if (before === after) return [];
  if (before === undefined) return [{ path, kind: "new", details: [] }];
  return [{ path, kind: "changed", details: details(path, before, after) }];
}

/** The same with the secret files that others may read, whose permissions change too. */
export function withPermissions(
  changes: readonly Change[],
  open: readonly string[],
): readonly Change[] {
  const detail = "permissions: open to others -> 600";
  const known = changes.map((change) =>
    open.includes(change.path) ? { ...change, details: [...change.details, detail] } : change,
  );
  const only = open.filter((path) => !changes.some((change) => change.path === path));
  return [...only.map((path): Change => ({ path, kind: "changed", details: [detail] })), ...known];
}

function details(path: string, before: string, after: string): readonly string[] {
  if (path === "docker-compose.yml") return yamlDetails(before, after);
  if (path === ".env" || path === "mlstack.env") return secretDetails(before, after);
  return [];
}

function yamlDetails(before: string, after: string): readonly string[] {
  const old = parseComposeFile(before);
  if (!old) return ["was not readable as YAML, and is replaced"];
  const [a, b] = [flatten(old, ""), flatten(parseComposeFile(after), "")];
  const lines = [...new Set([...Object.keys(a), ...Object.keys(b)])]
    .filter((key) => a[key] !== b[key])
    .map(
      (key) =>
        wholeSection(key, a, b) ?? `${key}: ${a[key] ?? "(nothing)"} -> ${b[key] ?? "(nothing)"}`,
    );
  return [...new Set(lines)];
}

type Flat = Readonly<Record<string, string>>;

/** `services.artifact-store: removed` in place of a line for each of its fields. */
function wholeSection(key: string, before: Flat, after: Flat): string | undefined {
  const [kind, name] = key.split(".");
  if (name === undefined || !["services", "volumes", "networks", "secrets"].includes(kind ?? "")) {
    return undefined;
  }
  const section = `${kind}.${name}`;
  const has = (flat: Flat) =>
    Object.keys(flat).some((other) => other === section || other.startsWith(`${section}.`));
  if (has(before) && has(after)) return undefined;
  return `${section}: ${has(before) ? "removed" : "added"}`;
}

/** `services.tracking-server.environment.MLFLOW_WORKERS` to its text. */
function flatten(value: unknown, prefix: string): Record<string, string> {
  if (value === null || typeof value !== "object") return { [prefix]: JSON.stringify(value) };
  const entries = Object.entries(value);
  if (entries.length === 0) return { [prefix]: Array.isArray(value) ? "[]" : "{}" };
  if (Array.isArray(value)) return { [prefix]: JSON.stringify(value) };
  return Object.assign(
    {},
    ...entries.map(([key, child]) => flatten(child, prefix === "" ? key : `${prefix}.${key}`)),
  ) as Record<string, string>;
}

/** Names only: no value of `.env` is ever printed. */
function secretDetails(before: string, after: string): readonly string[] {
  const [a, b] = [parseDotenv(before).values, parseDotenv(after).values];
  return [...new Set([...Object.keys(a), ...Object.keys(b)])]
    .filter((name) => name !== "MLSTACK_SECRETS_REVISION" && a[name] !== b[name])
    .map((name) => `${name}: ${name in a ? (name in b ? "changed" : "removed") : "added"}`);
}
