import { ConfigError } from "../../constructs/mlflow/index.js";
import { parseDotenv } from "../../env/dotenv.js";
import { readIfExists } from "./files.js";

/**
 * The values of a dotenv file, or undefined where there is none.
 *
 * @throws {ConfigError} with every line that can't be read, so that no password gets lost in one
 */
export function readDotenvFile(path: string): Readonly<Record<string, string>> | undefined {
  const text = readIfExists(path);
  if (text === undefined) return undefined;
  // PowerShell's ">" writes UTF-16. Bytes of any other encoding would be another password.
  if (/[\0\uFFFD]/.test(text)) {
    const problem = "must be UTF-8 text; save it again as UTF-8";
    throw new ConfigError([{ path, problem }]);
  }
  const { values, problems } = parseDotenv(text);
  if (problems.length === 0) return values;
  throw new ConfigError(
    problems.map(({ line, problem }) => ({ path: `${path}:${line}`, problem })),
  );
}
