import { DataAwsAvailabilityZones } from "@cdktf/provider-aws/lib/data-aws-availability-zones/index.js";
import { DefaultSecurityGroup } from "@cdktf/provider-aws/lib/default-security-group/index.js";
import { Eip } from "@cdktf/provider-aws/lib/eip/index.js";
import { InternetGateway } from "@cdktf/provider-aws/lib/internet-gateway/index.js";
import { NatGateway } from "@cdktf/provider-aws/lib/nat-gateway/index.js";
import { RouteTable } from "@cdktf/provider-aws/lib/route-table/index.js";
import { RouteTableAssociation } from "@cdktf/provider-aws/lib/route-table-association/index.js";
import { Route } from "@cdktf/provider-aws/lib/route/index.js";
import { Subnet } from "@cdktf/provider-aws/lib/subnet/index.js";
import { VpcEndpoint } from "@cdktf/provider-aws/lib/vpc-endpoint/index.js";
import { Vpc } from "@cdktf/provider-aws/lib/vpc/index.js";
import { Fn, type ITerraformDependable } from "cdktf";
import { Construct } from "constructs";
import type { Egress } from "./aws-target.js";
import { formatCidr, parseCidr, subnetOf } from "./cidr.js";
import { endpointServices } from "./fixed-sizes.js";
import { endpointPolicy } from "./policy.js";
import { SecurityGroup } from "./security-group.js";

export interface MadeNetworkProps {
  readonly name: string;
  readonly region: string;
  readonly cidr: string;
  readonly egress: Egress;
  readonly zones: 1 | 2;
  /** Whether there are subnets that the internet reaches. */
  readonly publicSubnets: boolean;
  readonly buckets: readonly string[];
}

/** A VPC with private subnets, the gateway to S3, and the one way out that was chosen. */
export class MadeNetwork extends Construct {
  readonly vpc: Vpc;
  readonly privateSubnets: readonly Subnet[];
  readonly publicSubnets: readonly Subnet[];
  readonly s3: VpcEndpoint;
  /** Of the interface endpoints; undefined: there are none. */
  readonly endpoints: SecurityGroup | undefined;
  readonly ways: readonly ITerraformDependable[];
  private readonly zones: DataAwsAvailabilityZones;
  /** Of the subnets that the internet reaches; undefined: there are none. */
  private readonly publicRoutes: RouteTable | undefined;

  constructor(
    scope: Construct,
    id: string,
    private readonly props: MadeNetworkProps,
  ) {
    super(scope, id);
    const { name, cidr } = props;
    this.vpc = new Vpc(this, "vpc", {
      cidrBlock: cidr,
      enableDnsSupport: true,
      // Private names of the interface endpoints.
      enableDnsHostnames: true,
      tags: { Name: name },
    });
    // Nothing uses it; without rules nothing can by mistake.
    new DefaultSecurityGroup(this, "default-group", { vpcId: this.vpc.id });
    this.zones = new DataAwsAvailabilityZones(this, "zones", {
      state: "available",
      // Local zones lack most services.
      filter: [{ name: "opt-in-status", values: ["opt-in-not-required"] }],
    });
    this.privateSubnets = this.addSubnets("private", 0);
    this.publicSubnets = props.publicSubnets ? this.addSubnets("public", 2) : [];
    const routes = this.addRoutes("private");
    this.publicRoutes = props.publicSubnets ? this.addRoutes("public") : undefined;
    const associations = this.associate("private", this.privateSubnets, routes);
    this.s3 = this.addS3(routes);
    this.endpoints = props.egress === "endpoints" ? this.addEndpointGroup() : undefined;
    this.ways = [
      this.s3,
      ...associations,
      ...this.addInterfaceEndpoints(),
      ...this.addInternet(routes),
    ];
  }

  private addSubnets(kind: "private" | "public", offset: number): readonly Subnet[] {
    const { name, cidr, zones } = this.props;
    const range = parseCidr(cidr);
    if (!range) throw new Error("bug: a range that was not checked");
    return Array.from({ length: zones }, (_, index) => {
      return new Subnet(this, `${kind}-${index + 1}`, {
        vpcId: this.vpc.id,
        cidrBlock: formatCidr(subnetOf(range, 2, offset + index)),
        availabilityZone: Fn.element(this.zones.names, index),
        mapPublicIpOnLaunch: false,
        tags: { Name: `${name}-${kind}-${index + 1}` },
        // A zone that is away for a day would move every subnet after it, and what is in them.
        lifecycle: { ignoreChanges: ["availability_zone"] },
      });
    });
  }

  private addRoutes(kind: "private" | "public"): RouteTable {
    return new RouteTable(this, `${kind}-routes`, {
      vpcId: this.vpc.id,
      tags: { Name: `${this.props.name}-${kind}` },
    });
  }

  private associate(kind: string, subnets: readonly Subnet[], table: RouteTable) {
    return subnets.map((subnet, index) => {
      const ids = { subnetId: subnet.id, routeTableId: table.id };
      return new RouteTableAssociation(this, `${kind}-route-${index + 1}`, ids);
    });
  }

  /** Free, and keeps artifacts off a NAT gateway that charges for every byte. */
  private addS3(routes: RouteTable): VpcEndpoint {
    const { region, buckets, egress } = this.props;
    // ECR keeps the layers of images in a bucket of its own.
    const layers = [`arn:aws:s3:::prod-${region}-starport-layer-bucket/*`];
    // An instance with an address of its own is in a public subnet.
    const open = egress === "public-ip" && this.publicRoutes ? [this.publicRoutes] : [];
    return new VpcEndpoint(this, "s3", {
      vpcId: this.vpc.id,
      serviceName: `com.amazonaws.${region}.s3`,
      vpcEndpointType: "Gateway",
      routeTableIds: [routes, ...open].map(({ id }) => id),
      policy: endpointPolicy(buckets, egress === "public-ip" ? [] : layers),
      tags: { Name: `${this.props.name}-s3` },
    });
  }

  private addEndpointGroup(): SecurityGroup {
    const { name } = this.props;
    return new SecurityGroup(this, "endpoints", { name, part: "endpoints", vpcId: this.vpc.id });
  }

  private addInterfaceEndpoints(): readonly ITerraformDependable[] {
    const { endpoints, props } = this;
    if (!endpoints) return [];
    return endpointServices.map((service) => {
      return new VpcEndpoint(this, service.replace(".", "-"), {
        vpcId: this.vpc.id,
        serviceName: `com.amazonaws.${props.region}.${service}`,
        vpcEndpointType: "Interface",
        privateDnsEnabled: true,
        // In one zone: a second one costs the same again, and one task is in one zone anyway.
        subnetIds: this.privateSubnets.slice(0, 1).map(({ id }) => id),
        securityGroupIds: [endpoints.resource.id],
        tags: { Name: `${props.name}-${service}` },
      });
    });
  }

  private addInternet(privateRoutes: RouteTable): readonly ITerraformDependable[] {
    const { name, egress } = this.props;
    const table = this.publicRoutes;
    if (!table) return [];
    const tags = { Name: name };
    const gateway = new InternetGateway(this, "internet", { vpcId: this.vpc.id, tags });
    const destinationCidrBlock = "0.0.0.0/0";
    const route = new Route(this, "public-route", {
      routeTableId: table.id,
      destinationCidrBlock,
      gatewayId: gateway.id,
    });
    const associations = this.associate("public", this.publicSubnets, table);
    if (egress !== "nat") return [route, ...associations];
    const address = new Eip(this, "nat-address", { domain: "vpc", tags, dependsOn: [gateway] });
    const nat = new NatGateway(this, "nat", {
      allocationId: address.allocationId,
      subnetId: this.publicSubnets[0]?.id ?? "",
      tags,
      dependsOn: [gateway],
    });
    const out = new Route(this, "private-route", {
      routeTableId: privateRoutes.id,
      destinationCidrBlock,
      natGatewayId: nat.id,
    });
    return [route, ...associations, out];
  }
}
