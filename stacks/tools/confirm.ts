import { ConfigError, type Problem } from "../../constructs/mlflow/index.js";

/**
 * Whether to go on; the answer that is there already is no.
 *
 * @param refusal - what is wrong where nobody can be asked
 * @throws {ConfigError} with it
 */
export async function confirmed(
  message: string,
  { yes = false }: { readonly yes?: boolean },
  refusal: Problem,
): Promise<boolean> {
  if (yes) return true;
  if (!process.stdin.isTTY) throw new ConfigError([refusal]);
  const { confirm, isCancel } = await import("@clack/prompts");
  const answer = await confirm({ message, initialValue: false });
  return !isCancel(answer) && answer;
}
