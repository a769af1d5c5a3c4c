import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { resolveDeployment, type MlflowDeploymentProps } from "../../constructs/mlflow/index.js";
import { planFolder, writeFolder } from "../../stacks/generate/folder.js";
import { notesOf, recordProven } from "../../stacks/stack/notes.js";
import type { StackSession } from "../../stacks/stack/session.js";
import { deployedFile, writeDeployed } from "../../stacks/tools/deployed-record.js";
import { localhostDatabase, localhostFiles, remoteServer } from "../helpers/deployments.js";

const out = mkdtempSync(join(tmpdir(), "mlstack-notes-"));
afterAll(() => rmSync(out, { recursive: true, force: true }));

function session(props: MlflowDeploymentProps = remoteServer()): StackSession {
  const deployment = resolveDeployment(props);
  const settings = { deployment, out, secrets: {}, keep: undefined, source: "", notes: [] };
  const generated = planFolder(settings, "terraform");
  return { settings, generated } as unknown as StackSession;
}

/** The same with other values in `.env`. */
function edited(values: Readonly<Record<string, string>>): StackSession {
  const { settings, generated } = session();
  const secrets = { ...generated.secrets, ...values };
  return { settings, generated: { ...generated, secrets } } as StackSession;
}

beforeAll(() => {
  const first = session();
  expect(notesOf(first)).toEqual([]);
  writeFolder(out, first.generated);
  const secrets = Object.keys(first.generated.secrets);
  writeDeployed(out, { host: "", name: "lab", secrets });
  recordProven(first);
});

test("nothing is noted of what stays, nor of a secret that is set anew by itself", () => {
  expect(notesOf(session())).toEqual([]);
  expect(notesOf(edited({ MLFLOW_DB_PASSWORD: "another one" }))).toEqual([]);
});

test.each([
  ["MLFLOW_CRYPTO_KEK_PASSPHRASE", "AI Gateway keeps can't be read"],
  ["MLFLOW_AUTH_ADMIN_PASSWORD", "MLflow takes it at its first start only"],
  ["POSTGRES_PASSWORD", "The database keeps the one that it was made with"],
  ["RUSTFS_SECRET_KEY", "RustFS made its data with the one of before"],
])("%s alone is noted when it changes", (name, words) => {
  expect(notesOf(edited({ [name]: "v".repeat(32) }))).toEqual([
    expect.stringMatching(new RegExp(`^${name} has changed since the last deploy. .*${words}`)),
  ]);
});

test("another revision key makes nothing comparable", () => {
  const { settings, generated } = edited({ POSTGRES_PASSWORD: "v".repeat(32) });
  const other = { ...generated, revisionKey: "another" };
  expect(notesOf({ settings, generated: other } as StackSession)).toEqual([]);
});

test("what stays behind in another store is told in the words of generate", () => {
  const artifactStore = { kind: "s3", bucket: "my-models" } as const;
  const deployment = resolveDeployment(remoteServer({ artifactStore }));
  const secrets = { AWS_ACCESS_KEY_ID: "abc", AWS_SECRET_ACCESS_KEY: "abcdefgh" };
  const settings = { deployment, out, secrets, keep: undefined, source: "", notes: ["more"] };
  const generated = planFolder(settings, "terraform");
  expect(notesOf({ settings, generated } as unknown as StackSession)).toEqual([
    "more",
    "artifacts made so far stay in s3://mlflow at http://artifact-store:9000; runs can't open them until they are copied to the new artifact store under the same names",
  ]);
  expect(notesOf(session(localhostFiles()))).toHaveLength(2);
  expect(notesOf(session(localhostDatabase()))).toHaveLength(2);
});

test("neither a key nor a value is where the revisions are", () => {
  const { secrets, revisionKey } = session().generated;
  const text = readFileSync(deployedFile(out), "utf8");
  for (const value of [...Object.values(secrets), revisionKey]) expect(text).not.toContain(value);
  // A later deploy that is not proven yet forgets none of them.
  writeDeployed(out, { host: "", name: "lab", secrets: [] });
  expect(notesOf(edited({ POSTGRES_PASSWORD: "v".repeat(32) }))).toHaveLength(1);
});
