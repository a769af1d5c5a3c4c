import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { renderComposeFolder } from "../../compose-templates/index.js";
import {
  hostDeployment,
  mayUseRds,
  withCertificates,
  type AwsTarget,
  type HostFiles,
} from "../../constructs/aws/index.js";
import { loadAssets, packageDirectory } from "../../constructs/image/index.js";
import type { MlflowDeployment } from "../../constructs/mlflow/index.js";

/**
 * Everything that an instance of the shape `host` runs: the Compose files of the deployment, the
 * same as on a machine of one's own, and below `boot/` what brings them up.
 */
export function renderHostFiles(deployment: MlflowDeployment, target: AwsTarget): HostFiles {
  const assets = mayUseRds(deployment, target) ? withCertificates(loadAssets()) : loadAssets();
  const compose = renderComposeFolder(hostDeployment(deployment, target), assets);
  return {
    ...Object.fromEntries(compose.map(({ path, text }) => [path, text])),
    ...loadBootFiles(),
  };
}

/** Scripts of the instance, from the package. */
function loadBootFiles(): HostFiles {
  const folder = join(packageDirectory(), "constructs", "aws", "host-boot");
  const names = readdirSync(folder).filter((name) => /\.(sh|py)$/.test(name));
  return Object.fromEntries(
    names.sort().map((name) => [`boot/${name}`, readFileSync(join(folder, name), "utf8")]),
  );
}
