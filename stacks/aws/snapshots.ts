import { EC2Client, paginateDescribeSnapshots } from "@aws-sdk/client-ec2";
import { paginateDescribeDBSnapshots, RDSClient } from "@aws-sdk/client-rds";
import { clientConfig } from "../tools/aws-client.js";
import { awsFailure } from "../tools/aws-failure.js";

/**
 * Whether a snapshot of a database or of a volume can be read with this key alone.
 *
 * @param key - id of the key
 */
export async function hasSnapshots(key: string, region: string): Promise<boolean> {
  const isUnder = ({ KmsKeyId }: { readonly KmsKeyId?: string | undefined }): boolean =>
    KmsKeyId === key || KmsKeyId?.endsWith(`:key/${key}`) === true;
  const rds = new RDSClient(clientConfig(region));
  const ec2 = new EC2Client(clientConfig(region));
  const own = { OwnerIds: ["self"], Filters: [{ Name: "encrypted", Values: ["true"] }] };
  try {
    const databases = { SnapshotType: "manual" };
    for await (const page of paginateDescribeDBSnapshots({ client: rds }, databases)) {
      if (page.DBSnapshots?.some(isUnder)) return true;
    }
    for await (const page of paginateDescribeSnapshots({ client: ec2, pageSize: 1000 }, own)) {
      if (page.Snapshots?.some(isUnder)) return true;
    }
    return false;
  } catch (error) {
    throw awsFailure(error, `looking whether snapshots are under the key ${key}`);
  }
}
