import type { AwsData } from "./data.js";

/** What a destroy leaves where it is, and in the state. */
export interface Left {
  /** The bucket has objects. */
  readonly bucket: boolean;
  /** Snapshots stay that can be read with the key alone. */
  readonly key: boolean;
}

/** Looks at AWS for it. */
export async function lookForLeft(found: AwsData, region: string): Promise<Left> {
  return { bucket: await bucketIsLeft(found, region), key: await keyIsLeft(found, region) };
}

/** S3 refuses to remove a bucket with objects, and would have lost its rules by then. */
async function bucketIsLeft({ bucket }: AwsData, region: string): Promise<boolean> {
  if (bucket === undefined) return false;
  const { hasObjects } = await import("./objects.js");
  return hasObjects(bucket, region);
}

/** Whether a last snapshot is taken, of a database or a volume. Nobody reads it without the key. */
export const leavesSnapshot = ({ snapshot, volume }: AwsData): boolean =>
  snapshot !== undefined || volume !== undefined;

async function keyIsLeft(found: AwsData, region: string): Promise<boolean> {
  const { key } = found;
  if (key === undefined) return false;
  if (leavesSnapshot(found)) return true;
  const { hasSnapshots } = await import("./snapshots.js");
  return hasSnapshots(key, region);
}

/** What goes of all that has data, such as `database mlflow-aws`. */
export const goingNames = ({ names }: AwsData, left: Left): readonly string[] =>
  names.filter(
    (name) =>
      !(left.bucket && name.startsWith("bucket ")) && !(left.key && name.startsWith("key ")),
  );

/** What stays, in the words of the question. */
export function leftWords({ bucket, key }: AwsData, left: Left): string {
  const words = [
    ...(left.bucket ? [`bucket ${bucket}, which has objects`] : []),
    ...(left.key ? [`key ${key}, without which the snapshots can't be read`] : []),
  ];
  return words.length === 0 ? "" : ` It leaves ${words.join(", and ")}.`;
}

/** What stays, and how one is rid of it. */
export function leftLines(
  { bucket, snapshot, volume, key }: AwsData,
  left: Left,
): readonly string[] {
  const again = "and run the same command again.";
  const lines = [
    ...(left.bucket
      ? [
          `Kept: bucket ${bucket}, which has objects. The next deploy goes on with it.`,
          `To be rid of it: empty it with all versions ("Empty" in the console of S3), ${again}`,
        ]
      : []),
    ...(snapshot === undefined ? [] : [`Kept: snapshot ${snapshot} of the database.`]),
    ...(volume === undefined ? [] : [`Kept: the last snapshot of the data volume ${volume}.`]),
    ...(left.key
      ? [
          `Kept: key ${key}, without which snapshots can't be read. The next deploy goes on with it.`,
          `To be rid of it: delete the snapshots of the database and the data volume, ${again}`,
        ]
      : []),
    ...(key === undefined || left.key
      ? []
      : [
          `In 30 days AWS deletes key ${key}; no snapshot is under it. To keep it:`,
          `  aws kms cancel-key-deletion --key-id ${key} && aws kms enable-key --key-id ${key}`,
        ]),
  ];
  return ["", ...(lines.length === 0 ? ["Nothing is left."] : lines)];
}
