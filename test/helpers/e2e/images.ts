import { execa } from "execa";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import {
  imageName,
  loadAssets,
  renderBuildContext,
  type BuildContext,
} from "../../../constructs/image/index.js";
import {
  planContainers,
  resolveDeployment,
  topologyNames,
} from "../../../constructs/mlflow/index.js";
import { timed } from "./running-stack.js";

/**
 * Builds the tracking server's images before test files run side by side, as Terraform builds them.
 * Compose builds none that is there, and Terraform comes to the same image again: so no file gives
 * a name another image while the plan of another file is asked for changes.
 */
export default async function setup(): Promise<void> {
  const { exitCode } = await execa("docker", ["info"], { reject: false, timeout: 10_000 });
  if (exitCode !== 0) return;
  for (const topology of topologyNames) {
    const { requirements } = planContainers(resolveDeployment({ topology }));
    const context = renderBuildContext(loadAssets(), requirements);
    await timed(`image of ${topology}`, () => buildImage(context));
  }
}

/**
 * Builds an image; without a change that takes a second.
 *
 * @param name - @default - its own, of its content
 */
export async function buildImage(context: BuildContext, name = imageName(context)): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), "mlstack-e2e-image-"));
  try {
    for (const [name, text] of Object.entries(context)) {
      mkdirSync(dirname(join(folder, name)), { recursive: true });
      writeFileSync(join(folder, name), text);
    }
    // An argument without a value is that of the environment, where there is one.
    const words = ["--quiet", "--tag", name, "--build-arg", "PIP_INDEX_URL"];
    await execa("docker", ["build", ...words, folder], { timeout: 14 * 60_000 });
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
