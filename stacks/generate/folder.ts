import { existsSync, readdirSync, rmSync } from "node:fs";
import { join } from "node:path";
import {
  formatEnvFile,
  renderComposeFolder,
  type ComposeTransform,
  type OutputFile,
  type SecretValues,
} from "../../compose-templates/index.js";
import type { SecretName } from "../../constructs/mlflow/index.js";
import { settingsFileName, type Settings } from "../settings.js";
import { loadAssets } from "../tools/assets.js";
import { readDotenvFile } from "../tools/dotenv-file.js";
import { readIfExists, writeFileAtomically } from "../tools/files.js";
import type { RuntimeName } from "../tools/runtime-record.js";
import { completeSecrets, secretsRevision } from "../tools/secrets.js";
import { describeChange, type Change } from "./changes.js";

/** What a run would write, and what that changes. */
export interface Generated {
  readonly files: readonly (OutputFile & { readonly mode: number })[];
  readonly changes: readonly Change[];
  readonly secrets: SecretValues;
  /** Secrets that no earlier run had. */
  readonly made: readonly SecretName[];
}

/** Renders the folder and compares it with what is there. Writes nothing. */
export function planFolder(
  settings: Pick<Settings, "deployment" | "out" | "secrets" | "keep">,
  transform?: ComposeTransform,
): Generated {
  const { deployment, out } = settings;
  const kept = readDotenvFile(join(out, ".env")) ?? {};
  const { values: secrets, made } = completeSecrets(deployment.secrets, settings.secrets, kept);
  const envFile = formatEnvFile(
    deployment.secrets,
    secrets,
    secretsRevision(secrets),
    others(kept, secrets),
  );
  const files = [
    ...(settings.keep ? [{ path: settingsFileName, text: settings.keep.text, mode: 0o600 }] : []),
    // The passwords before what uses them.
    { path: ".env", text: envFile, mode: 0o600 },
    ...renderComposeFolder(deployment, loadAssets(), transform).map((file) => ({
      ...file,
      mode: 0o644,
    })),
  ];
  const changes = files.flatMap(({ path, text }) =>
    describeChange(path, readIfExists(join(out, path)), text),
  );
  const stale = staleFiles(out, files).map((path): Change => ({
    path,
    kind: "removed",
    details: [],
  }));
  return { files, changes: [...changes, ...stale], secrets, made };
}

/** Lines of `.env` that this deployment has no use for: the user's own, and secrets of another store. */
function others(
  kept: Readonly<Record<string, string>>,
  secrets: SecretValues,
): Readonly<Record<string, string>> {
  return Object.fromEntries(
    Object.entries(kept).filter(
      ([name]) => name !== "MLSTACK_SECRETS_REVISION" && !(name in secrets),
    ),
  );
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

/** Files that mean nothing to a process, and would start a second, empty deployment. */
const onlyForDocker = ["docker-compose.yml", "tracking-server/Dockerfile"];

/** Writes what has changed, each file as a whole. */
export function writeFolder(out: string, generated: Generated, runtime: RuntimeName): void {
  for (const { path, kind } of generated.changes) {
    if (runtime === "process" && onlyForDocker.includes(path)) continue;
    const file = generated.files.find((candidate) => candidate.path === path);
    if (kind === "removed") rmSync(join(out, path), { force: true });
    else if (file) {
      // Two first runs at once would each make passwords; the second one is told.
      writeFileAtomically(join(out, path), file.text, file.mode, path === ".env" && kind === "new");
    }
  }
}
