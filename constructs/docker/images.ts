import { Image } from "@cdktf/provider-docker/lib/image/index.js";
import { AssetType, TerraformAsset, TerraformVariable } from "cdktf";
import { Construct } from "constructs";
import { imageName, loadAssets, renderBuildContext, temporaryFolder } from "../image/index.js";
import type { ContainerPlan } from "../mlflow/index.js";

/** The tracking server's image, built on the host from the files that Compose builds it from. */
export class TrackingServerImage extends Construct {
  readonly resource: Image;

  constructor(scope: Construct, id: string, plan: ContainerPlan) {
    super(scope, id);
    const context = renderBuildContext(loadAssets(), plan.requirements);
    const name = imageName(context);
    const asset = new TerraformAsset(this, "context", {
      path: temporaryFolder(context),
      type: AssetType.DIRECTORY,
      assetHash: name.slice(name.lastIndexOf("-") + 1),
    });
    this.resource = new Image(this, "Resource", {
      name,
      keepLocally: true,
      buildAttribute: { context: `\${path.module}/${asset.path}` },
      // The name changes with the content; where pip got its packages does not matter afterwards.
      lifecycle: { ignoreChanges: ["build"] },
    });
    // Newer than the bindings. Without it a buildx inside the provider builds, on this machine's own
    // engine wherever the provider's host is; BuildKit builds either way:
    // https://github.com/kreuzwerker/terraform-provider-docker/issues/972
    this.resource.addOverride("build.use_legacy_builder", true);
    this.resource.addOverride("build.build_args", this.packageIndex());
  }

  /** `PIP_INDEX_URL` of the shell, when there is one: an empty one would be an empty index. */
  private packageIndex(): string {
    const variable = new TerraformVariable(this, "PIP_INDEX_URL", {
      type: "string",
      default: "",
      // It may hold a password; the state has it all the same.
      sensitive: true,
      description: "where pip gets packages from while the image is built; empty: pypi.org",
    });
    variable.overrideLogicalId("PIP_INDEX_URL");
    const url = "var.PIP_INDEX_URL";
    return `\${${url} == "" ? {} : { PIP_INDEX_URL = ${url} }}`;
  }
}

/** An image of a registry. It stays when the deployment goes, since others may use it. */
export class RegistryImage extends Construct {
  readonly resource: Image;

  constructor(scope: Construct, id: string, reference: string) {
    super(scope, id);
    this.resource = new Image(this, "Resource", { name: reference, keepLocally: true });
  }
}
