import { join } from "node:path";
import { formatClientEnv, formatClientPowerShell } from "../../compose-templates/index.js";
import type { MlflowDeployment } from "../../constructs/mlflow/index.js";
import { writeFileAtomically } from "../tools/files.js";
import { passwordCommand, type AwsOutputValues } from "./outputs.js";
import type { AwsSettings } from "./settings.js";

/** The deployment as its clients see it, once its address is known. */
export const asDeployed = (
  deployment: MlflowDeployment,
  { tracking_uri: url }: AwsOutputValues,
): MlflowDeployment => ({
  ...deployment,
  trackingServer: { ...deployment.trackingServer, publicUrls: [url] },
});

/** Writes `client.env` and `client.ps1` into the output folder. */
export function writeClientFiles(
  { deployment, out }: Pick<AwsSettings, "deployment" | "out">,
  values: AwsOutputValues,
): void {
  const known = asDeployed(deployment, values);
  const note = `set MLFLOW_TRACKING_PASSWORD too; the admin's first one: ${passwordCommand(values)}`;
  writeFileAtomically(join(out, "client.env"), formatClientEnv(known, note), 0o644);
  writeFileAtomically(join(out, "client.ps1"), formatClientPowerShell(known, note), 0o644);
}
