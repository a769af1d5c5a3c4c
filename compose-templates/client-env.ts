import { formatDotenvValue } from "../env/dotenv.js";
import type { MlflowDeployment } from "../constructs/mlflow/index.js";

/** What a client of the deployment sets. The password is left to the user's own safe place. */
export function clientEnvironment(deployment: MlflowDeployment): Readonly<Record<string, string>> {
  const { publicUrls, login } = deployment.trackingServer;
  return {
    MLFLOW_TRACKING_URI: publicUrls[0] ?? "",
    ...(login ? { MLFLOW_TRACKING_USERNAME: login.adminUsername } : {}),
  };
}

const passwordNote =
  "set MLFLOW_TRACKING_PASSWORD too; the admin's first one is in .env as MLFLOW_AUTH_ADMIN_PASSWORD";

/**
 * For a shell and for `docker run --env-file`, which takes no `export`.
 *
 * @param note - where the admin's first password is
 */
export function formatClientEnv(deployment: MlflowDeployment, note = passwordNote): string {
  return (
    "# In a shell: set -a; . ./client.env; set +a\n" +
    lines(deployment, note, (name, value) => `${name}=${formatDotenvValue(value)}`)
  );
}

/** For `. ./client.ps1` in PowerShell, where a single quote is doubled. */
export function formatClientPowerShell(deployment: MlflowDeployment, note = passwordNote): string {
  return lines(
    deployment,
    note,
    (name, value) => `$env:${name} = '${value.replaceAll("'", "''")}'`,
  );
}

function lines(
  deployment: MlflowDeployment,
  passwordPlace: string,
  format: (name: string, value: string) => string,
): string {
  const entries = Object.entries(clientEnvironment(deployment)).map(([name, value]) =>
    format(name, value),
  );
  const note = deployment.trackingServer.login ? [`# ${passwordPlace}`] : [];
  return [`# What an MLflow client needs.`, ...entries, ...note, ""].join("\n");
}
