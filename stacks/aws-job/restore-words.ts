import { DescribeDBInstancesCommand, type DBInstance, type RDSClient } from "@aws-sdk/client-rds";
import { shellWord } from "../tools/shell-word.js";
import { lookUp } from "./look-up.js";
import { listSnapshots } from "./snapshot.js";

export interface RestoreOptions {
  readonly region: string;
  /** Identifier of the RDS instance. */
  readonly database: string;
  /** Release that the database was to be brought to. */
  readonly version: string;
  /** Folder of Terraform's configuration. */
  readonly folder: string;
}

/**
 * How the database of before a release takes the place of the one that is there; lines for people,
 * none where there is no snapshot. RDS restores a snapshot into a new instance alone, so this one
 * is renamed, and Terraform told of the other: it knows an instance by an id that no name changes.
 */
export async function restoreWords(
  rds: RDSClient,
  options: RestoreOptions,
): Promise<readonly string[]> {
  const { database } = options;
  return lookUp(`the snapshots of ${database} can't be listed`, async () => {
    const snapshots = await listSnapshots(rds, options);
    // The first is from before every attempt.
    const [first, ...later] = snapshots.map(({ DBSnapshotIdentifier: name = "" }) => name);
    if (first === undefined) return [];
    const question = { DBInstanceIdentifier: database };
    const { DBInstances: [instance] = [] } = await rds.send(
      new DescribeDBInstancesCommand(question),
    );
    return [
      `To have the database of before again, put the snapshot ${first} in its place:`,
      ...commands(options, first, instance ?? {}).map((line) => `  ${line}`),
      "Then deploy by the release of mlflow-stacks that was deployed before. This way was tried against a stand-in for AWS alone; the renamed instance keeps what is in it until you delete it.",
      ...(later.length > 0 ? [`Later attempts took ${later.join(", ")}.`] : []),
    ];
  });
}

function commands(
  { region, database, folder }: RestoreOptions,
  snapshot: string,
  instance: DBInstance,
): readonly string[] {
  const aside = `${database}-aside`;
  const rds = (verb: string, name: string, ...words: readonly string[]) =>
    ["aws rds", verb, `--region ${region} --db-instance-identifier ${name}`, ...words].join(" ");
  const terraform = `terraform -chdir=${shellWord(folder)}`;
  const address = `"$(${terraform} state list | grep aws_db_instance)"`;
  return [
    rds("modify-db-instance", database, `--new-db-instance-identifier ${aside}`, immediately),
    `${rds("wait db-instance-available", aside)}  # again while there is none of that name`,
    rds("restore-db-instance-from-db-snapshot", database, ...places(snapshot, instance)),
    rds("wait db-instance-available", database),
    rds("modify-db-instance", database, ...managedPassword(instance), immediately),
    rds("wait db-instance-available", database),
    `db=${address}; ${terraform} state rm "$db" && ${terraform} import "$db" ${database}`,
  ];
}

const immediately = "--apply-immediately";

/** What RDS would else choose by itself: another size, the default network and parameters. */
function places(snapshot: string, instance: DBInstance): readonly string[] {
  const { DBInstanceClass, DBSubnetGroup } = instance;
  const groups = (instance.VpcSecurityGroups ?? []).map(({ VpcSecurityGroupId: id }) => id);
  const [parameters] = instance.DBParameterGroups ?? [];
  return [
    `--db-snapshot-identifier ${snapshot}`,
    ...option("db-instance-class", DBInstanceClass),
    ...option("db-subnet-group-name", DBSubnetGroup?.DBSubnetGroupName),
    ...option("vpc-security-group-ids", groups.join(" ")),
    ...option("db-parameter-group-name", parameters?.DBParameterGroupName),
    "--no-publicly-accessible",
  ];
}

/** Once more a secret of RDS's own: a restored instance has none, and Terraform asks for it. */
const managedPassword = ({ MasterUserSecret: secret }: DBInstance): readonly string[] => [
  "--manage-master-user-password",
  ...option("master-user-secret-kms-key-id", secret?.KmsKeyId),
];

const option = (name: string, value: string | undefined): readonly string[] =>
  value ? [`--${name} ${value}`] : [];
