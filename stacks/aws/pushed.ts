import { DescribeImagesCommand, ECRClient } from "@aws-sdk/client-ecr";
import { clientConfig } from "../tools/aws-client.js";

/**
 * Whether a repository has an image of this tag.
 *
 * @returns undefined: AWS does not let us look
 */
export async function isPushed(
  region: string,
  repositoryName: string,
  imageTag: string,
): Promise<boolean | undefined> {
  const client = new ECRClient(clientConfig(region));
  try {
    const question = { repositoryName, imageIds: [{ imageTag }] };
    const { imageDetails = [] } = await client.send(new DescribeImagesCommand(question));
    return imageDetails.length > 0;
  } catch (error) {
    if (/^(Image|Repository)NotFoundException$/.test((error as Error).name)) return false;
    // A mistake of ours must not pass for an answer.
    if (error instanceof TypeError) throw error;
    return undefined;
  }
}
