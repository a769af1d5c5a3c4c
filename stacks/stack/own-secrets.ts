import { join } from "node:path";
import { ConfigError } from "../../constructs/mlflow/index.js";
import type { Generated } from "../generate/folder.js";

/**
 * A state that is elsewhere outlives the folder, and new secrets would take the place of the only
 * copy, which is on the host.
 *
 * @param before - whose the state says that everything is
 * @throws {ConfigError} when another folder deployed it and this one has not its secrets
 */
export function requireOwnSecrets(
  out: string,
  { made, owner }: Pick<Generated, "made" | "owner">,
  before: string | undefined,
): void {
  if (made.length === 0 || before === undefined || before === owner) return;
  const problem = `must hold the secrets of what the state has, which another folder deployed; put that folder's .env there, because new ones would replace ${made.join(", ")} for good; or begin anew with another --state and --name`;
  throw new ConfigError([{ path: join(out, ".env"), problem }]);
}
