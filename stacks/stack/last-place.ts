import { deployedFile, readDeployed } from "../tools/deployed-record.js";
import { readStatePlace, stateFile } from "../tools/state-file.js";

/** Where a folder's stack is, as far as the folder itself tells. */
export interface LastPlace {
  /** Name of the deployment; empty: not known. */
  readonly name: string;
  /** URL of the engine; empty: this machine's own; undefined: not known. */
  readonly host: string | undefined;
  /** Id that the engine gave itself; empty: not known. */
  readonly engine: string;
  /** Label of everything that it has on the host; empty: not known. */
  readonly owner: string;
  /** The file that tells. */
  readonly file: string;
}

/**
 * What the last deploy wrote down; where that file is lost, what the state tells.
 *
 * @param isLocal - whether the folder has the state as a file
 * @throws {ConfigError} when that file is damaged
 */
export function readLastPlace(out: string, isLocal: boolean): LastPlace | undefined {
  const state = isLocal ? readStatePlace(out) : undefined;
  const deployed = readDeployed(out);
  if (deployed) {
    const { name, host, engine } = deployed;
    const owner = deployed.owner || (state?.owner ?? "");
    return { name: name || (state?.name ?? ""), host, engine, owner, file: deployedFile(out) };
  }
  return state && { ...state, engine: "", file: stateFile(out) };
}
