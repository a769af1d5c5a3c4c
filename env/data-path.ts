import {
  parseHostPath,
  sqliteUri,
  type HostPath,
  type Problems,
} from "../constructs/mlflow/index.js";
import type { Machine } from "./load.js";

/**
 * The data folder that `text` is a place in.
 *
 * @param expected - name that the place has in the data folder, such as `mlflow.db`
 * @param variable - whose value `text` is, for the message
 */
export function readDataPath(
  text: string,
  expected: string,
  variable: string,
  machine: Machine,
  problems: Problems,
): HostPath | undefined {
  const result = parseHostPath(text, machine.pathStyle, machine.directory);
  if (!result.ok) {
    problems.add(variable, result.problem);
    return undefined;
  }
  const { path, style } = result.value;
  const [, folder, name] = /^(.*)\/([^/]+)$/.exec(path) ?? [];
  const root = style === "windows" ? /^[A-Z]:$/ : /^$/;
  // A file of another name is beside where it should be; anything else is the data folder itself.
  const isFile = expected.includes(".") && /\.\w+$/.test(path);
  const beside = folder !== undefined && !root.test(folder) ? folder : path.replace(/\.\w+$/, "");
  const meant = isFile ? beside : path;
  const place = { style, path: `${meant}/${expected}` };
  const spelled = expected === "mlflow.db" ? sqliteUri(place) : place.path;
  const named = problems.require(
    name === expected && folder !== undefined && !root.test(folder),
    variable,
    `must end in a folder and "/${expected}", the name it has in the data folder; got "${path}"; use "${spelled}", or set MLSTACK_DATA_DIRECTORY=${meant} instead`,
  );
  return named && folder !== undefined ? { style, path: folder } : undefined;
}
