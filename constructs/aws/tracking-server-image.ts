import { EcrLifecyclePolicy } from "@cdktf/provider-aws/lib/ecr-lifecycle-policy/index.js";
import { EcrRepository } from "@cdktf/provider-aws/lib/ecr-repository/index.js";
import { AssetType, TerraformAsset } from "cdktf";
import { Construct } from "constructs";
import { imageName, loadAssets, temporaryFolder } from "../image/index.js";
import type { ContainerPlan } from "../mlflow/index.js";
import { AwsJob } from "./aws-job.js";
import type { AwsContext } from "./context.js";
import { renderAwsBuildContext } from "./image-context.js";

/** Images that are kept, for going back. */
const keptImages = 10;

/** The tracking server's image: built where Terraform runs, and pushed to a repository of its own. */
export class TrackingServerImage extends Construct {
  readonly repository: EcrRepository;
  /** With its tag, which changes with its content and its architecture; a Terraform reference. */
  readonly reference: string;
  /** The same without the repository's name. */
  readonly tag: string;
  /** Done when the image is there. */
  readonly pushed: AwsJob;

  constructor(scope: Construct, id: string, context: AwsContext, plan: ContainerPlan) {
    super(scope, id);
    const { name, target } = context;
    const platform = target.architecture === "arm64" ? "linux/arm64" : "linux/amd64";
    this.repository = new EcrRepository(this, "Resource", {
      name: `${name}/tracking-server`,
      imageTagMutability: "IMMUTABLE",
      imageScanningConfiguration: { scanOnPush: true },
      encryptionConfiguration: [{ encryptionType: "AES256" }],
      // Made again from its files at any time.
      forceDelete: true,
    });
    new EcrLifecyclePolicy(this, "lifecycle", {
      repository: this.repository.name,
      policy: JSON.stringify({
        rules: [
          {
            rulePriority: 1,
            description: `the newest ${keptImages}`,
            selection: {
              tagStatus: "any",
              countType: "imageCountMoreThan",
              countNumber: keptImages,
            },
            action: { type: "expire" },
          },
        ],
      }),
    });
    const files = renderAwsBuildContext(loadAssets(), plan);
    // One tag is one image: what is built for another architecture has another.
    this.tag = imageName({ ...files, platform }).split(":")[1] ?? "";
    this.reference = `${this.repository.repositoryUrl}:${this.tag}`;
    const asset = new TerraformAsset(this, "context", {
      path: temporaryFolder(files),
      type: AssetType.DIRECTORY,
      assetHash: this.tag.slice(this.tag.lastIndexOf("-") + 1),
    });
    this.pushed = new AwsJob(this, "push", {
      verb: "push-image",
      context,
      input: {
        region: target.region,
        repository: this.repository.repositoryUrl,
        tag: this.tag,
        context: `\${path.module}/${asset.path}`,
        platform,
      },
      triggers: { image: this.reference },
      dependsOn: [this.repository],
    });
  }
}
