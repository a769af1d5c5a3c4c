import { ConfigError, type Problems } from "../../constructs/mlflow/index.js";
import { inEnvironmentWords } from "../../env/load.js";

/** The result, or undefined and its problems, in the words of the environment, among the others. */
export function attempt<T>(problems: Problems, work: () => T): T | undefined {
  try {
    return work();
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    for (const { path, problem } of inEnvironmentWords(error).problems) problems.add(path, problem);
    return undefined;
  }
}
