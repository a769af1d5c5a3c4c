import { ListObjectVersionsCommand, S3Client } from "@aws-sdk/client-s3";
import { clientConfig } from "../tools/aws-client.js";
import { awsFailure } from "../tools/aws-failure.js";

/** Whether a bucket has anything in it, be it a version of something deleted. */
export async function hasObjects(bucket: string, region: string): Promise<boolean> {
  const client = new S3Client(clientConfig(region));
  try {
    const answer = await client.send(new ListObjectVersionsCommand({ Bucket: bucket, MaxKeys: 1 }));
    return (answer.Versions ?? []).length + (answer.DeleteMarkers ?? []).length > 0;
  } catch (error) {
    // Somebody has removed it.
    if ((error as Error).name === "NoSuchBucket") return false;
    throw awsFailure(error, `looking whether the bucket ${bucket} has objects`);
  }
}
