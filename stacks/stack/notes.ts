import { revisionKeyVariable } from "../../compose-templates/index.js";
import { printMoves } from "../generate/generate.js";
import { readDeployed, writeProven, type Proven } from "../tools/deployed-record.js";
import { opensData, secretRevisions } from "../tools/secrets.js";
import type { StackSession } from "./session.js";

/** Prints what a deploy leaves behind, and what may not work after it. */
export function printNotes(session: StackSession): void {
  printMoves(notesOf(session));
}

/** The same, a sentence each. */
export function notesOf({ settings, generated }: StackSession): readonly string[] {
  const { revisions = {} } = readDeployed(settings.out) ?? {};
  const now = revisionsOf(generated);
  // Another key makes others of all of them.
  const comparable = revisions[revisionKeyVariable] === now[revisionKeyVariable];
  const changed = opensData.filter(
    (name) => comparable && now[name] && revisions[name] && now[name] !== revisions[name],
  );
  return [
    ...settings.notes,
    ...generated.moves,
    ...changed.map((name) => `${name} has changed since the last deploy. ${consequences[name]}`),
  ];
}

/** What was proven to work, for the notes of the next deploy. */
export function recordProven({ settings, generated }: StackSession): void {
  const places = generated.places;
  const proven: Proven = { revisions: revisionsOf(generated), ...(places && { places }) };
  writeProven(settings.out, proven);
}

const revisionsOf = ({ secrets, revisionKey }: StackSession["generated"]) => ({
  ...secretRevisions(secrets, revisionKey),
  ...secretRevisions({ [revisionKeyVariable]: revisionKey }, revisionKey),
});

const back = "put the value of before back into .env";

const consequences: Readonly<Record<(typeof opensData)[number], string>> = {
  POSTGRES_PASSWORD: `The database keeps the one that it was made with; unless you have changed it there too, ${back}`,
  RUSTFS_ACCESS_KEY: `RustFS made its data with the one of before; ${back}`,
  RUSTFS_SECRET_KEY: `RustFS made its data with the one of before; ${back}`,
  MLFLOW_AUTH_ADMIN_PASSWORD: `MLflow takes it at its first start only; unless you have changed it in MLflow too, ${back}`,
  MLFLOW_CRYPTO_KEK_PASSPHRASE: `The API keys that MLflow's AI Gateway keeps can't be read with another one; unless you have encrypted them anew with it, ${back}`,
};
