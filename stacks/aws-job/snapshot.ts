import {
  CreateDBSnapshotCommand,
  DBSnapshotAlreadyExistsFault,
  InvalidDBInstanceStateFault,
  paginateDescribeDBSnapshots,
  type DBSnapshot,
  type RDSClient,
} from "@aws-sdk/client-rds";
import type { Aws } from "./aws.js";
import { snapshotName, snapshotPrefix } from "./release.js";
import { finished, going, waitFor, type Look } from "./wait.js";

export interface SnapshotOptions {
  /** Identifier of the RDS instance. */
  readonly database: string;
  /** Release that the database is about to be brought to. */
  readonly version: string;
  readonly pollSeconds: number;
}

const snapshotMinutes = 120;

/** Takes a snapshot of the database, and waits until it could be restored. */
export async function takeSnapshot({ rds }: Aws, options: SnapshotOptions): Promise<void> {
  const { database, version, pollSeconds } = options;
  const name = snapshotName(database, version, new Date());
  const wait = { what: `the snapshot ${name}`, minutes: snapshotMinutes, pollSeconds };
  await waitFor(wait, () => create(rds, database, name));
  await waitFor(wait, async () => {
    const found = (await listSnapshots(rds, options)).find((one) => nameOf(one) === name);
    const { Status: status = "not listed yet", PercentProgress: percent = 0 } = found ?? {};
    if (status === "available") return finished(undefined);
    if (status === "failed") throw new Error(`the snapshot ${name} failed; RDS tells why`);
    return going(`${status}, ${percent}%`);
  });
  console.log(`the snapshot ${name} is there`);
}

async function create(rds: RDSClient, database: string, name: string): Promise<Look<void>> {
  const question = { DBInstanceIdentifier: database, DBSnapshotIdentifier: name };
  try {
    await rds.send(new CreateDBSnapshotCommand(question));
  } catch (error) {
    // A backup of its own, or a change, comes first.
    if (error instanceof InvalidDBInstanceStateFault) return going("the database is busy");
    if (!(error instanceof DBSnapshotAlreadyExistsFault)) throw error;
  }
  return finished(undefined);
}

const nameOf = ({ DBSnapshotIdentifier: name = "" }: DBSnapshot): string => name;

/** Snapshots that were taken of this database before this release, the oldest first. */
export async function listSnapshots(
  rds: RDSClient,
  { database, version }: Pick<SnapshotOptions, "database" | "version">,
): Promise<readonly DBSnapshot[]> {
  const found: DBSnapshot[] = [];
  const question = { DBInstanceIdentifier: database, SnapshotType: "manual" };
  for await (const page of paginateDescribeDBSnapshots({ client: rds }, question)) {
    found.push(...(page.DBSnapshots ?? []));
  }
  const prefix = snapshotPrefix(database, version);
  return found
    .filter((one) => nameOf(one).startsWith(prefix))
    .sort((a, b) => (nameOf(a) < nameOf(b) ? -1 : 1));
}
