import {
  planContainers,
  requireTarget,
  type MlflowDeployment,
} from "../constructs/mlflow/index.js";
import {
  imageName,
  renderBuildContext,
  type BuildContextAssets,
} from "../constructs/image/build-context.js";
import { formatClientEnv, formatClientPowerShell } from "./client-env.js";
import { formatComposeFile, renderComposeFile, type ComposeTransform } from "./compose-file.js";

/** A file of the output folder. */
export interface OutputFile {
  /** Relative to the folder, with `/`. */
  readonly path: string;
  readonly text: string;
}

/**
 * Everything that `docker compose up` needs, but `.env`.
 *
 * @throws {ConfigError} for a kind that Compose can't run
 */
export function renderComposeFolder(
  deployment: MlflowDeployment,
  assets: BuildContextAssets,
  transform?: ComposeTransform,
): readonly OutputFile[] {
  requireTarget(deployment, "compose");
  const plan = planContainers(deployment);
  const context = renderBuildContext(assets, plan.requirements);
  const file = renderComposeFile(plan, {
    image: imageName(context),
    profile: deployment.profile,
    ...(transform && { transform }),
  });
  return [
    { path: "docker-compose.yml", text: formatComposeFile(file) },
    ...Object.entries(context).map(([name, text]) => ({ path: `tracking-server/${name}`, text })),
    { path: "client.env", text: formatClientEnv(deployment) },
    { path: "client.ps1", text: formatClientPowerShell(deployment) },
  ];
}
