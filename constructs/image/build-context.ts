import { createHash } from "node:crypto";
import { mlflowVersion, type RequirementGroup } from "../mlflow/index.js";

/** Texts of the files in `tracking-server/`, by name. Read by the caller: renderers do no I/O. */
export interface BuildContextAssets {
  readonly dockerfile: string;
  readonly scripts: Readonly<Record<string, string>>;
  readonly requirements: Readonly<Record<RequirementGroup, string>>;
}

/** Files of the tracking server's build context, by name. */
export type BuildContext = Readonly<Record<string, string>>;

/** @param groups - the client libraries that this deployment needs, `core` among them */
export function renderBuildContext(
  assets: BuildContextAssets,
  groups: readonly RequirementGroup[],
): BuildContext {
  return {
    Dockerfile: assets.dockerfile,
    "requirements.lock": formatRequirements(assets, groups),
    ...assets.scripts,
  };
}

/** One lock of these groups. Every version is pinned by hashes; `pip` resolves nothing. */
export function formatRequirements(
  assets: BuildContextAssets,
  groups: readonly RequirementGroup[],
): string {
  return groups.map((group) => assets.requirements[group]).join("");
}

/** `mlflow-stacks/tracking-server:3.17.2-0123456789ab`: another content, another tag. */
export function imageName(context: BuildContext): string {
  const hash = createHash("sha256");
  for (const name of Object.keys(context).sort()) hash.update(`${name}\0${context[name]}\0`);
  return `mlflow-stacks/tracking-server:${mlflowVersion}-${hash.digest("hex").slice(0, 12)}`;
}
