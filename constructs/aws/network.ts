import { DataAwsSubnet } from "@cdktf/provider-aws/lib/data-aws-subnet/index.js";
import { DataAwsVpc } from "@cdktf/provider-aws/lib/data-aws-vpc/index.js";
import type { ITerraformDependable } from "cdktf";
import { Construct } from "constructs";
import type { AwsNetwork, AwsTarget } from "./aws-target.js";
import { hasLoadBalancer } from "./resolve-network.js";
import { MadeNetwork } from "./made-network.js";
import { SecurityGroup } from "./security-group.js";

export interface NetworkProps {
  readonly name: string;
  readonly target: AwsTarget;
  /** Buckets that the VPC's own way to S3 leads to. */
  readonly buckets: readonly string[];
}

/** The VPC that everything is in: one that is made, or one that was there. */
export class Network extends Construct {
  readonly vpcId: string;
  /** Its range. */
  readonly cidr: string;
  readonly privateSubnetIds: string[];
  readonly publicSubnetIds: string[];
  private readonly made: MadeNetwork | undefined;

  constructor(
    scope: Construct,
    id: string,
    private readonly props: NetworkProps,
  ) {
    super(scope, id);
    const { network } = props.target;
    if (network.kind === "given") {
      this.made = undefined;
      const found = new DataAwsVpc(this, "vpc", { id: network.vpcId });
      this.vpcId = found.id;
      this.cidr = found.cidrBlock;
      this.privateSubnetIds = [...network.privateSubnetIds];
      this.publicSubnetIds = [...network.publicSubnetIds];
      return;
    }
    this.made = this.make(network);
    this.vpcId = this.made.vpc.id;
    this.cidr = network.cidr;
    this.privateSubnetIds = this.made.privateSubnets.map(({ id }) => id);
    this.publicSubnetIds = this.made.publicSubnets.map(({ id }) => id);
  }

  /** Ways out that must be there before something uses them, and what is let through them. */
  get ways(): readonly ITerraformDependable[] {
    return [...(this.made?.ways ?? []), ...(this.made?.endpoints?.rules ?? [])];
  }

  /** Lets a group out: to AWS's services alone, or everywhere by TLS. */
  allowOut(group: SecurityGroup): void {
    const { endpoints, s3 } = this.made ?? {};
    if (s3) group.allowTo("s3", { prefixList: s3.prefixListId }, 443);
    if (endpoints) {
      group.allowTo("endpoints", { group: endpoints }, 443);
      endpoints.allowFrom(group.part, { group }, 443);
      return;
    }
    group.allowTo("internet", { cidr: "0.0.0.0/0" }, 443);
  }

  /** Where an instance is: with an address of its own in a subnet that the internet reaches. */
  placeOfInstance(): { readonly subnetId: string; readonly zone: string } {
    const { network } = this.props.target;
    const { made } = this;
    if (network.kind === "given" || !made) {
      const [id = ""] = this.privateSubnetIds;
      return { subnetId: id, zone: new DataAwsSubnet(this, "subnet", { id }).availabilityZone };
    }
    const subnets = network.egress === "public-ip" ? made.publicSubnets : made.privateSubnets;
    const [subnet] = subnets;
    if (!subnet) throw new Error("bug: a network without subnets");
    return { subnetId: subnet.id, zone: subnet.availabilityZone };
  }

  private make({ cidr, egress }: Extract<AwsNetwork, { kind: "made" }>): MadeNetwork {
    const { name, target, buckets } = this.props;
    const balanced = hasLoadBalancer(target);
    return new MadeNetwork(this, "made", {
      name,
      region: target.region,
      cidr,
      egress,
      // A load balancer and a database are each in two zones, whether they use both or not.
      zones: balanced || target.hostDatabase === "rds" ? 2 : 1,
      publicSubnets: target.public || egress !== "endpoints",
      buckets,
    });
  }
}
