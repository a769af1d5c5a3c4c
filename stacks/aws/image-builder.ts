import { requireBuilder } from "../aws-job/builder.js";
import { clientConfig } from "../tools/aws-client.js";
import type { AwsChange } from "./plan-words.js";
import type { AwsSettings } from "./settings.js";

type Settings = Pick<AwsSettings, "target" | "deployment">;

/** Whether a plan has the job that builds and pushes the image. */
export const pushesImage = (changes: readonly AwsChange[]): boolean =>
  changes.some(
    ({ part, address, action }) =>
      part === "image" &&
      address.startsWith("terraform_data.") &&
      ["create", "replace"].includes(action),
  );

/**
 * Looks for what builds the image before anybody is asked and anything is made: the job would find
 * out after minutes, with half of a deployment there.
 *
 * @param tag - of the image
 * @throws {ConfigError} where this machine can't build it
 */
export async function requireImageBuilder(
  changes: readonly AwsChange[],
  { target, deployment }: Settings,
  tag: string,
): Promise<void> {
  if (!pushesImage(changes)) return;
  if (await mayBePushed(target.region, `${deployment.name}/tracking-server`, tag)) return;
  await requireBuilder(target.architecture === "arm64" ? "linux/arm64" : "linux/amd64");
}

/** An image that is there is not built again; who may not look is told by the job itself. */
async function mayBePushed(region: string, repositoryName: string, tag: string): Promise<boolean> {
  const { DescribeImagesCommand, ECRClient } = await import("@aws-sdk/client-ecr");
  const question = { repositoryName, imageIds: [{ imageTag: tag }] };
  try {
    const client = new ECRClient(clientConfig(region));
    const { imageDetails = [] } = await client.send(new DescribeImagesCommand(question));
    return imageDetails.length > 0;
  } catch (error) {
    return !/^(Image|Repository)NotFoundException$/.test((error as Error).name);
  }
}
