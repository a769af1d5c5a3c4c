import { parseComposeFile, type ComposeService } from "../../compose-templates/index.js";

/**
 * What stays behind when a store changes: runs are found in the new database only, and their files
 * in the new artifact store only. Nothing is lost, but it looks so.
 *
 * @param before - the Compose file of the last run; undefined: there was none
 * @returns a sentence each
 */
export function describeMoves(before: string | undefined, after: string): readonly string[] {
  const [old, now] = [readServer(before), readServer(after)];
  if (!old || !now) return [];
  const data = [dataPlace(old), dataPlace(now)];
  const database = [place(old, databaseNames), place(now, databaseNames)];
  const artifacts = [place(old, artifactNames), place(now, artifactNames)];
  const moved = data[0] !== data[1];
  const ofFiles = (text: string) => text.includes("/data/");
  return [
    ...(database[0] !== database[1] || (moved && ofFiles(database[1] ?? ""))
      ? [
          `experiments and runs made so far stay in ${data[0] ?? database[0]} and are not in the new backend store`,
        ]
      : []),
    ...(artifacts[0] !== artifacts[1] || (moved && ofFiles(artifacts[1] ?? ""))
      ? [
          `artifacts made so far stay in ${ofFiles(artifacts[0] ?? "") ? data[0] : artifacts[0]}; runs can't open them until they are copied to the new artifact store under the same names`,
        ]
      : []),
  ];
}

const databaseNames = ["MLFLOW_BACKEND_STORE_URI", "MLFLOW_BACKEND_STORE_URI_FILE"];
const artifactNames = ["MLFLOW_ARTIFACTS_DESTINATION", "MLFLOW_S3_ENDPOINT_URL"];

const readServer = (text = ""): ComposeService | undefined =>
  parseComposeFile(text)?.services?.["tracking-server"];

const place = ({ environment = {} }: ComposeService, names: readonly string[]): string =>
  names.flatMap((name) => environment[name] ?? []).join(" at ");

/** The volume or folder with SQLite, plain files and local artifacts. */
const dataPlace = ({ volumes = [] }: ComposeService): string | undefined => {
  const mount = volumes.find(({ target }) => target === "/data");
  return mount && (mount.type === "volume" ? `the volume ${mount.source}` : `"${mount.source}"`);
};
