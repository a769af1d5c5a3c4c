import { awsFailure } from "../tools/aws-failure.js";

/**
 * Lines of a report of a failure. What can't be looked up, as without the permission to, becomes
 * one of them, and hides nothing else.
 *
 * @param instead - what that line begins with
 */
export async function lookUp(
  instead: string,
  look: () => Promise<readonly string[]>,
): Promise<readonly string[]> {
  try {
    return await look();
  } catch (error) {
    const failure = awsFailure(error, instead);
    const text = failure instanceof Error ? failure.message : String(failure);
    const [line = ""] = text.split("\n");
    return [`  ${line.startsWith(instead) ? line : `${instead}: ${line}`}`];
  }
}
