import { SecurityGroup as SecurityGroupResource } from "@cdktf/provider-aws/lib/security-group/index.js";
import { VpcSecurityGroupEgressRule } from "@cdktf/provider-aws/lib/vpc-security-group-egress-rule/index.js";
import { VpcSecurityGroupIngressRule } from "@cdktf/provider-aws/lib/vpc-security-group-ingress-rule/index.js";
import type { ITerraformDependable } from "cdktf";
import { Construct } from "constructs";

/** The other end of a rule. */
export type Peer =
  { readonly cidr: string } | { readonly group: SecurityGroup } | { readonly prefixList: string };

export interface SecurityGroupProps {
  /** Of the deployment. */
  readonly name: string;
  readonly part: string;
  readonly vpcId: string;
}

/**
 * What reaches a part, and what it reaches. Without a rule nothing does: Terraform takes away the
 * one that AWS gives each group, to everywhere.
 */
export class SecurityGroup extends Construct {
  readonly resource: SecurityGroupResource;
  /** What a connection through this group waits for. */
  readonly rules: ITerraformDependable[] = [];
  /** The part that has it, as other groups' rules call it. */
  readonly part: string;

  constructor(scope: Construct, id: string, { name, part, vpcId }: SecurityGroupProps) {
    super(scope, id);
    this.part = part;
    this.resource = new SecurityGroupResource(this, "Resource", {
      // AWS's own names, since a group that is in use can't go before its successor is there.
      namePrefix: `${name}-${part}-`,
      description: `${part} of ${name}`,
      vpcId,
      revokeRulesOnDelete: true,
      lifecycle: { createBeforeDestroy: true },
    });
  }

  /** Lets `from` in on a port. @param id - unique among the rules of this group */
  allowFrom(id: string, from: Peer, port: number): void {
    const rule = { securityGroupId: this.resource.id, ...portRule(from, port, id) };
    this.rules.push(new VpcSecurityGroupIngressRule(this, `from-${id}`, rule));
  }

  /** Lets this group out to a port of `to`. */
  allowTo(id: string, to: Peer, port: number): void {
    const rule = { securityGroupId: this.resource.id, ...portRule(to, port, id) };
    this.rules.push(new VpcSecurityGroupEgressRule(this, `to-${id}`, rule));
  }
}

const portRule = (peer: Peer, port: number, description: string) => ({
  description,
  ipProtocol: "tcp",
  fromPort: port,
  toPort: port,
  ...("cidr" in peer && { cidrIpv4: peer.cidr }),
  ...("group" in peer && { referencedSecurityGroupId: peer.group.resource.id }),
  ...("prefixList" in peer && { prefixListId: peer.prefixList }),
});

/** From one group to the other on a port: a rule at each end. */
export function connect(from: SecurityGroup, to: SecurityGroup, port: number): void {
  from.allowTo(to.part, { group: to }, port);
  to.allowFrom(from.part, { group: from }, port);
}
