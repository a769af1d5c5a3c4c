import { App } from "cdktf";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { resolveDockerHost } from "../../constructs/docker/index.js";
import { resolveDeployment } from "../../constructs/mlflow/index.js";
import { DockerStack } from "../../stacks/docker-stack.js";
import { constructTree } from "./construct-tree.js";
import type { GoldenCase } from "./golden-cases.js";

/** Files of one case of `constructs/docker/golden`, by name. */
export type DockerGolden = Readonly<Record<"cdk.tf.json" | "construct-tree.txt", string>>;

/** What a case is synthesised to, metadata included, as `terraform` would get it. */
export function renderDockerGolden({ name, props, dockerHost = {} }: GoldenCase): DockerGolden {
  const outdir = mkdtempSync(join(tmpdir(), "mlstack-golden-"));
  try {
    const app = new App({ outdir });
    const host = resolveDockerHost(dockerHost);
    const stack = new DockerStack(app, name, { deployment: resolveDeployment(props), host });
    app.synth();
    const text = readFileSync(join(outdir, "stacks", name, "cdk.tf.json"), "utf8");
    return { "cdk.tf.json": `${text.trimEnd()}\n`, "construct-tree.txt": constructTree(stack) };
  } finally {
    rmSync(outdir, { recursive: true, force: true });
  }
}
