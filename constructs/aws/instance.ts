import { DataAwsSsmParameter } from "@cdktf/provider-aws/lib/data-aws-ssm-parameter/index.js";
import {
  Instance as InstanceResource,
  type InstanceConfig,
} from "@cdktf/provider-aws/lib/instance/index.js";
import type { ITerraformDependable } from "cdktf";
import { Construct } from "constructs";
import type { Architecture } from "./aws-target.js";
import type { AwsContext } from "./context.js";
import { rootVolumeGiB } from "./fixed-sizes.js";
import type { InstanceRole } from "./instance-role.js";
import type { SecurityGroup } from "./security-group.js";

export interface InstanceProps {
  readonly context: AwsContext;
  readonly subnetId: string;
  readonly group: SecurityGroup;
  readonly role: InstanceRole;
  readonly userData: string;
  readonly dependsOn: readonly ITerraformDependable[];
  readonly transform?: ((config: InstanceConfig) => InstanceConfig) | undefined;
}

/** Where Canonical publishes the newest image, by the names that it has for architectures. */
const imageParameter = (architecture: Architecture): string => {
  const name = architecture === "arm64" ? "arm64" : "amd64";
  return `/aws/service/canonical/ubuntu/server/24.04/stable/current/${name}/hvm/ebs-gp3/ami-id`;
};

/** The instance: everything on it is made again from its user data and the data volume. */
export class Instance extends Construct {
  readonly resource: InstanceResource;

  constructor(scope: Construct, id: string, props: InstanceProps) {
    super(scope, id);
    const { context, subnetId, group, role, userData, dependsOn } = props;
    const { name, target, key } = context;
    const image = new DataAwsSsmParameter(this, "image", {
      name: imageParameter(target.architecture),
    });
    const config: InstanceConfig = {
      ami: image.insecureValue,
      instanceType: target.instance.type,
      subnetId,
      vpcSecurityGroupIds: [group.resource.id],
      associatePublicIpAddress: hasPublicIp(context),
      iamInstanceProfile: role.profile.name,
      metadataOptions: {
        httpEndpoint: "enabled",
        httpTokens: "required",
        // One more than the instance itself: the server's container gets its role from there.
        httpPutResponseHopLimit: 2,
        instanceMetadataTags: "disabled",
      },
      rootBlockDevice: {
        encrypted: true,
        kmsKeyId: key.arn,
        volumeType: "gp3",
        volumeSize: rootVolumeGiB,
        deleteOnTermination: true,
      },
      ebsOptimized: true,
      userData,
      userDataReplaceOnChange: true,
      tags: { Name: name },
      // A newer image is no reason to replace an instance that updates itself.
      lifecycle: { ignoreChanges: ["ami"] },
      dependsOn: [...dependsOn],
    };
    this.resource = new InstanceResource(this, "Resource", props.transform?.(config) ?? config);
  }
}

const hasPublicIp = ({ target }: AwsContext): boolean =>
  target.network.kind === "made" && target.network.egress === "public-ip";
