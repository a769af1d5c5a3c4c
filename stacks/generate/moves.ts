import { parseComposeFile, type ComposeService } from "../../compose-templates/index.js";

/** Where a tracking server keeps its data, in words and without secrets. */
export interface Places {
  /** The volume or folder with SQLite, plain files and local artifacts. */
  readonly data?: string | undefined;
  readonly database: string;
  readonly artifacts: string;
}

/** The places of a Compose file's server; undefined: it has none, or there is no such file. */
export function placesOf(compose: string | undefined): Places | undefined {
  const server = readServer(compose);
  return (
    server && {
      data: dataPlace(server),
      database: place(server, databaseNames),
      artifacts: place(server, artifactNames),
    }
  );
}

/**
 * What stays behind when a store changes: runs are found in the new database only, and their files
 * in the new artifact store only. Nothing is lost, but it looks so.
 *
 * @param before - of the last run; undefined: there was none
 * @returns a sentence each
 */
export function describeMoves(
  before: Places | undefined,
  after: Places | undefined,
): readonly string[] {
  if (!before || !after) return [];
  const moved = before.data !== after.data;
  const ofFiles = (text: string) => text.includes("/data/");
  const { data, database, artifacts } = before;
  return [
    ...(database !== after.database || (moved && ofFiles(after.database))
      ? [
          `experiments and runs made so far stay in ${data ?? database} and are not in the new backend store`,
        ]
      : []),
    ...(artifacts !== after.artifacts || (moved && ofFiles(after.artifacts))
      ? [
          `artifacts made so far stay in ${ofFiles(artifacts) ? data : artifacts}; runs can't open them until they are copied to the new artifact store under the same names`,
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

const dataPlace = ({ volumes = [] }: ComposeService): string | undefined => {
  const mount = volumes.find(({ target }) => target === "/data");
  return mount && (mount.type === "volume" ? `the volume ${mount.source}` : `"${mount.source}"`);
};
