import { randomUUID } from "node:crypto";
import { existsSync, readdirSync, rmSync } from "node:fs";
import { join } from "node:path";
import {
  formatEnvFile,
  ownerVariable,
  renderComposeFolder,
  revisionKeyVariable,
  type ComposeTransform,
  type OutputFile,
  type SecretValues,
} from "../../compose-templates/index.js";
import {
  requireTarget,
  secretNames,
  unreachable,
  type SecretName,
} from "../../constructs/mlflow/index.js";
import { settingsFileName, type Settings } from "../settings.js";
import { loadAssets } from "../../constructs/image/load.js";
import { readDeployed } from "../tools/deployed-record.js";
import { readDotenvFile } from "../tools/dotenv-file.js";
import { isOpenToOthers, makePrivate, readIfExists, writeFileAtomically } from "../tools/files.js";
import type { RuntimeName } from "../tools/runtime-record.js";
import { completeSecrets, generateSecret, secretsRevision } from "../tools/secrets.js";
import { describeChange, withPermissions, type Change } from "./changes.js";
import { describeMoves, placesOf, type Places } from "./moves.js";
import { findEarlierSecrets, requireNoneLost } from "./earlier-secrets.js";

/** What a run would write, and what that changes. */
export interface Generated {
  readonly files: readonly (OutputFile & { readonly mode: number })[];
  readonly changes: readonly Change[];
  readonly secrets: SecretValues;
  /** What an earlier run kept in another place, a sentence each. */
  readonly moves: readonly string[];
  /** Where the server keeps its data. */
  readonly places: Places | undefined;
  /** Secrets that no earlier run had. */
  readonly made: readonly SecretName[];
  /** Whether volumes of this name that say not whose they are may be gone on with. */
  readonly mayAdopt: boolean;
  /** What tells this folder's deployment from others of its name, on a host of Terraform's. */
  readonly owner: string;
  /** Makes the revisions of its secrets; it stays when they change. */
  readonly revisionKey: string;
}

/** The part of the settings that a folder is made from. */
export type FolderSettings = Pick<
  Settings,
  "deployment" | "out" | "secrets" | "keep" | "source"
> & {
  /** What removes a stack with its data, as the user types it. */
  readonly removal?: string;
  /** Whose the stack on the host is, where `.env` does not tell. */
  readonly owner?: string;
};

/** The `.env` of before, kept whenever a secret in it changes, so that no password is ever gone. */
const previousName = ".env.previous";

/** Files that mean nothing to a process, and would start a second, empty deployment. */
const composeName = "docker-compose.yml";
const onlyForDocker = [composeName, "tracking-server/Dockerfile"];

/** What the folder is for: a runtime of `up`, or Terraform, which has its own place for the rest. */
export type FolderKind = RuntimeName | "terraform";

const isFor = (kind: FolderKind, path: string): boolean => {
  switch (kind) {
    case "docker":
      return true;
    case "process":
      return !onlyForDocker.includes(path);
    case "terraform":
      return path.startsWith("client.");
    default:
      return unreachable(kind);
  }
};

/**
 * Renders the folder and compares it with what is there. Writes nothing.
 *
 * @throws {ConfigError} for what the runtime can't run, and for secrets that are missing or lost
 */
export function planFolder(
  settings: FolderSettings,
  kind: FolderKind,
  transform?: ComposeTransform,
): Generated {
  const { deployment, out } = settings;
  requireTarget(deployment, kind === "docker" ? "compose" : kind === "terraform" ? "docker" : kind);
  const earlier = findEarlierSecrets(out);
  const path = join(out, ".env");
  const kept = readDotenvFile(path) ?? {};
  const { values: secrets, made } = completeSecrets(
    deployment.secrets,
    settings.secrets,
    { ...earlier.values, ...filled(kept) },
    { given: settings.source, kept: `"${path}"` },
  );
  requireNoneLost(settings, made, earlier, kept);
  const owner = kept[ownerVariable] || settings.owner || randomUUID();
  const revisionKey = kept[revisionKeyVariable] || generateSecret(32);
  const rendered = renderComposeFolder(deployment, loadAssets(), transform);
  const files = [
    ...(settings.keep ? [{ path: settingsFileName, text: settings.keep.text, mode: 0o600 }] : []),
    // The passwords before what uses them, and the old ones before the new.
    ...previous(path, kept, secrets),
    {
      path: ".env",
      text: formatEnvFile(
        deployment.secrets,
        secrets,
        secretsRevision(secrets),
        others(kept, secrets, kind),
        kind === "terraform" ? { owner, revisionKey } : undefined,
      ),
      mode: 0o600,
    },
    ...rendered.filter((file) => isFor(kind, file.path)).map((file) => ({ ...file, mode: 0o644 })),
  ];
  const places = placesOf(rendered.find((file) => file.path === composeName)?.text);
  const moves = describeMoves(earlierPlaces(out, kind), places);
  const mayAdopt = made.length === 0 && hasProof(deployment, path);
  const changes = changesOf(out, files);
  return { files, changes, moves, places, secrets, made, mayAdopt, owner, revisionKey };
}

/** Those of what the last run started, as far as it is one of the same kind. */
function earlierPlaces(out: string, kind: FolderKind): Places | undefined {
  switch (kind) {
    case "docker":
      return placesOf(readIfExists(join(out, composeName)));
    case "process":
      return undefined;
    case "terraform":
      return readDeployed(out)?.places;
    default:
      return unreachable(kind);
  }
}

/**
 * The folder as it is, for what only looks or removes: nothing is made, and a secret that is
 * missing is empty.
 */
export function readFolder({ deployment, out, secrets, owner = "" }: FolderSettings): Generated {
  const path = join(out, ".env");
  const kept = readDotenvFile(path) ?? {};
  const values = deployment.secrets.map(({ name }) => [name, secrets[name] || kept[name] || ""]);
  return {
    files: [],
    changes: [],
    moves: [],
    places: undefined,
    secrets: Object.fromEntries(values) as SecretValues,
    made: [],
    mayAdopt: values.every(([, value]) => value !== "") && hasProof(deployment, path),
    owner: kept[ownerVariable] || owner,
    revisionKey: kept[revisionKeyVariable] ?? "",
  };
}

/** Without a secret in it, that there is an `.env` is all that tells an old folder from a new one. */
const hasProof = ({ secrets }: FolderSettings["deployment"], path: string): boolean =>
  secrets.length > 0 || existsSync(path);

const filled = (values: Readonly<Record<string, string>>): Record<string, string> =>
  Object.fromEntries(Object.entries(values).filter(([, value]) => value !== ""));

/** A copy of `.env` where a secret in it is about to change. */
function previous(
  path: string,
  kept: Readonly<Record<string, string>>,
  secrets: SecretValues,
): Generated["files"] {
  const changes = secretNames.some(
    (name) => kept[name] && name in secrets && kept[name] !== secrets[name],
  );
  return changes ? [{ path: previousName, text: readIfExists(path) ?? "", mode: 0o600 }] : [];
}

/** Lines of `.env` that this deployment has no use for: the user's own, and secrets of another store. */
function others(
  kept: Readonly<Record<string, string>>,
  secrets: SecretValues,
  kind: FolderKind,
): Readonly<Record<string, string>> {
  return Object.fromEntries(
    Object.entries(kept).filter(
      ([name]) =>
        name !== "MLSTACK_SECRETS_REVISION" &&
        !(name in secrets) &&
        !([ownerVariable, revisionKeyVariable].includes(name) && kind === "terraform"),
    ),
  );
}

function changesOf(out: string, files: readonly OutputFile[]): readonly Change[] {
  const written = files.flatMap(({ path, text }) =>
    describeChange(path, readIfExists(join(out, path)), text),
  );
  // Copied by hand, they are readable by everybody until somebody looks.
  const open = [settingsFileName, previousName, ".env"].filter((name) =>
    isOpenToOthers(join(out, name)),
  );
  const stale = staleFiles(out, files).map((path): Change => ({
    path,
    kind: "removed",
    details: [],
  }));
  return [...withPermissions(written, open), ...stale];
}

/** Files of an earlier version's build context, which would change the image's content. */
function staleFiles(out: string, files: readonly OutputFile[]): readonly string[] {
  const directory = join(out, "tracking-server");
  if (!existsSync(directory)) return [];
  const wanted = new Set(files.map(({ path }) => path));
  return readdirSync(directory, { withFileTypes: true })
    .filter((entry) => entry.isFile() && /\.py$/.test(entry.name))
    .map(({ name }) => `tracking-server/${name}`)
    .filter((path) => !wanted.has(path));
}

/** Writes what has changed, each file as a whole. */
export function writeFolder(out: string, { files, changes }: Generated): void {
  for (const { path, kind } of changes) {
    const file = files.find((candidate) => candidate.path === path);
    if (kind === "removed") rmSync(join(out, path), { force: true });
    else if (!file) makePrivate(join(out, path));
    else {
      // Two first runs at once would each make passwords; the second one is told.
      writeFileAtomically(join(out, path), file.text, file.mode, path === ".env" && kind === "new");
    }
  }
}
