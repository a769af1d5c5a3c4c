import { CloudwatchLogGroup } from "@cdktf/provider-aws/lib/cloudwatch-log-group/index.js";
import { DbInstance, type DbInstanceConfig } from "@cdktf/provider-aws/lib/db-instance/index.js";
import { DbParameterGroup } from "@cdktf/provider-aws/lib/db-parameter-group/index.js";
import { DbSubnetGroup } from "@cdktf/provider-aws/lib/db-subnet-group/index.js";
import { Fn } from "cdktf";
import { Construct } from "constructs";
import type { AwsContext } from "./context.js";
import type { Network } from "./network.js";
import { SecurityGroup } from "./security-group.js";

/** As the image of the other targets; RDS takes the newest minor version by itself. */
const majorVersion = "18";

/** Who may do everything but what RDS keeps for itself. The same name as in the image. */
export const masterUser = "postgres";

/** Most that RDS has for PostgreSQL. */
const mostStorageGiB = 65_536;

/** How the master user's password is set. */
export type MasterPassword = Pick<
  DbInstanceConfig,
  "manageMasterUserPassword" | "masterUserSecretKmsKeyId" | "passwordWo" | "passwordWoVersion"
>;

export interface BackendStoreProps {
  readonly context: AwsContext;
  readonly network: Network;
  /** @default - RDS makes it, keeps it in Secrets Manager and changes it every seven days */
  readonly password?: MasterPassword;
  /** Database that is made with it. @default - none but RDS's own `postgres` */
  readonly database?: string;
}

/** PostgreSQL as RDS runs it: private, encrypted, backed up, by TLS alone. */
export class BackendStore extends Construct {
  readonly resource: DbInstance;
  readonly group: SecurityGroup;

  constructor(
    scope: Construct,
    id: string,
    private readonly props: BackendStoreProps,
  ) {
    super(scope, id);
    const { context, network } = props;
    const { name } = context;
    const vpcId = network.vpcId;
    this.group = new SecurityGroup(this, "group", { name, part: "backend-store", vpcId });
    const subnets = new DbSubnetGroup(this, "subnets", {
      name,
      subnetIds: network.privateSubnetIds,
    });
    const parameters = new DbParameterGroup(this, "parameters", {
      namePrefix: `${name}-`,
      family: `postgres${majorVersion}`,
      parameter: [{ name: "rds.force_ssl", value: "1" }],
      lifecycle: { createBeforeDestroy: true },
    });
    this.resource = new DbInstance(this, "Resource", {
      ...this.sizes(),
      ...this.safety(),
      identifier: name,
      engine: "postgres",
      engineVersion: majorVersion,
      dbSubnetGroupName: subnets.name,
      parameterGroupName: parameters.name,
      vpcSecurityGroupIds: [this.group.resource.id],
      publiclyAccessible: false,
      username: masterUser,
      ...(props.database !== undefined && { dbName: props.database }),
      ...(props.password ?? {
        manageMasterUserPassword: true,
        masterUserSecretKmsKeyId: context.key.resource.keyId,
      }),
      dependsOn: this.addLogGroups(),
    });
  }

  private sizes() {
    const { instanceClass, storageGiB } = this.props.context.target.database;
    const most = Math.min(storageGiB * 5, mostStorageGiB);
    return {
      instanceClass,
      storageType: "gp3",
      allocatedStorage: storageGiB,
      // RDS wants a tenth more than there is, or none.
      ...(most >= storageGiB * 1.1 && { maxAllocatedStorage: most }),
      multiAz: false,
    };
  }

  private safety() {
    const { target, key, name } = this.props.context;
    // The group is another one in the next deployment of this name, whose snapshot has to be, too;
    // the key may be the same.
    const deployment = Fn.substr(this.group.resource.id, 3, 8);
    return {
      storageEncrypted: true,
      kmsKeyId: key.arn,
      backupRetentionPeriod: target.backupDays,
      copyTagsToSnapshot: true,
      deleteAutomatedBackups: false,
      deletionProtection: target.protect,
      skipFinalSnapshot: false,
      finalSnapshotIdentifier: `${name}-final-${deployment}`,
      autoMinorVersionUpgrade: true,
      allowMajorVersionUpgrade: false,
      // In the maintenance window, and not in the middle of somebody's run.
      applyImmediately: false,
      enabledCloudwatchLogsExports: ["postgresql", "upgrade"],
      lifecycle: { preventDestroy: target.protect },
    };
  }

  /** RDS would make them itself, and keep what is in them for ever. */
  private addLogGroups(): CloudwatchLogGroup[] {
    const { target, key, name } = this.props.context;
    return ["postgresql", "upgrade"].map((log) => {
      return new CloudwatchLogGroup(this, `${log}-log`, {
        name: `/aws/rds/instance/${name}/${log}`,
        retentionInDays: target.logDays,
        kmsKeyId: key.arn,
      });
    });
  }

  /** Where `ContainerSpec`s find the master user's password, as RDS made it. */
  get masterPassword(): { readonly reference: string; readonly arn: string } {
    const arn = this.resource.masterUserSecret.get(0).secretArn;
    return { reference: `${arn}:password::`, arn };
  }
}
