import { formatDotenvValue } from "../env/dotenv.js";
import { secretSpecs, type DeploymentSecret, type SecretName } from "../constructs/mlflow/index.js";
import { secretsRevision } from "./service.js";

export type SecretValues = Readonly<Partial<Record<SecretName, string>>>;

/** Name in `.env` of what tells an output folder's deployment from others of its name. */
export const ownerVariable = "MLSTACK_OWNER";

/** Name in `.env` of the key that tells a changed secret from another, and tells nothing of it. */
export const revisionKeyVariable = "MLSTACK_REVISION_KEY";

/** What `.env` of a folder that Terraform deploys has besides secrets. */
export interface StackMarks {
  readonly owner: string;
  readonly revisionKey: string;
}

/**
 * `.env` beside the Compose file: the secrets and what tells Compose that one has changed.
 *
 * @param revision - changes with any value; undefined: a form to fill in, for people without Node
 * @param marks - of a folder that Terraform deploys
 * @param others - values found in the file that the deployment does not use; kept, never dropped
 */
export function formatEnvFile(
  secrets: readonly DeploymentSecret[],
  values: SecretValues,
  revision: string | undefined,
  others: Readonly<Record<string, string>> = {},
  marks?: StackMarks,
): string {
  const header =
    revision === undefined
      ? [
          secrets.length > 0
            ? "# Copy to .env, fill in every value and keep the file to yourself (chmod 600 .env)."
            : "# This deployment has no secrets and works without .env.",
        ]
      : [
          "# Made by mlflow-stacks. Values are kept by every later run. Whoever reads this file can log in.",
        ];
  const entries = secrets.flatMap(({ name, generate }) => {
    const hint =
      revision === undefined && generate > 0 ? `; ${generate} characters of A-Z a-z 0-9` : "";
    return [
      "",
      `# ${secretSpecs[name].purpose}${hint}`,
      `${name}=${formatDotenvValue(values[name] ?? "")}`,
    ];
  });
  const stamp = [
    "",
    "# Change it together with a value above, so that `docker compose up` hands the new one on.",
    `${secretsRevision}=${revision ?? "1"}`,
  ];
  const mark =
    marks === undefined
      ? []
      : [
          "",
          "# Whose the deployment on the Docker host is; with it another folder goes on.",
          `${ownerVariable}=${marks.owner}`,
          "",
          "# Tells which of the values above has changed. Another one hands all of them on again.",
          `${revisionKeyVariable}=${marks.revisionKey}`,
        ];
  const kept = Object.entries(others).map(([name, value]) => `${name}=${formatDotenvValue(value)}`);
  return [
    ...header,
    ...entries,
    ...(secrets.length > 0 ? stamp : []),
    ...mark,
    ...(kept.length > 0 ? ["", "# Not used by this deployment; kept as found.", ...kept] : []),
    "",
  ].join("\n");
}
