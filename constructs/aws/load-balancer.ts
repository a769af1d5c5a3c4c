import { AcmCertificateValidation } from "@cdktf/provider-aws/lib/acm-certificate-validation/index.js";
import { AcmCertificate } from "@cdktf/provider-aws/lib/acm-certificate/index.js";
import { DataAwsRoute53Zone } from "@cdktf/provider-aws/lib/data-aws-route53-zone/index.js";
import { LbListener } from "@cdktf/provider-aws/lib/lb-listener/index.js";
import { LbTargetGroup } from "@cdktf/provider-aws/lib/lb-target-group/index.js";
import { Lb } from "@cdktf/provider-aws/lib/lb/index.js";
import { Route53Record } from "@cdktf/provider-aws/lib/route53-record/index.js";
import { Token } from "cdktf";
import { Construct } from "constructs";
import { containerPort } from "../mlflow/index.js";
import type { AwsDomain } from "./aws-target.js";
import type { AwsContext } from "./context.js";
import type { Network } from "./network.js";
import { SecurityGroup } from "./security-group.js";

export interface LoadBalancerProps {
  readonly context: AwsContext;
  readonly network: Network;
  /** What requests are sent to: a task's own address, or an instance. */
  readonly targetType: "ip" | "instance";
}

/** Most that AWS lets a name begin with where its provider makes the rest up. */
const prefixLength = 6;

/** Seconds without a byte after which a request is given up; uploads to S3 go on in silence. */
const idleSeconds = 600;

/**
 * Of a rule's own port and range: by place in a list, a rule that moves would be made while another
 * still says the same, which AWS refuses.
 */
const ruleId = (port: number, cidr: string): string =>
  // The range of a VPC that is there is known when it is applied.
  `${port}-${Token.isUnresolved(cidr) ? "vpc" : cidr.replace(/[./]/g, "-")}`;

/** What people open: HTTPS under a domain, or plain HTTP inside the VPC. */
export class LoadBalancer extends Construct {
  readonly resource: Lb;
  readonly group: SecurityGroup;
  readonly targetGroup: LbTargetGroup;
  /** Those that send requests on, which a service must find when it is made. */
  readonly listener: LbListener;
  /** `https://mlflow.example.com`, or the load balancer's own name; may be a reference. */
  readonly url: string;

  constructor(
    scope: Construct,
    id: string,
    private readonly props: LoadBalancerProps,
  ) {
    super(scope, id);
    const { target } = props.context;
    this.group = this.addGroup();
    this.resource = this.addBalancer();
    this.targetGroup = this.addTargetGroup();
    const { domain } = target;
    this.listener = domain ? this.addHttps(domain) : this.addHttp();
    this.url = domain ? `https://${domain.name}` : `http://${this.resource.dnsName}`;
  }

  private addGroup(): SecurityGroup {
    const { context, network } = this.props;
    const { target, name } = context;
    const group = new SecurityGroup(this, "group", {
      name,
      part: "load-balancer",
      vpcId: network.vpcId,
    });
    const ranges = target.allowedCidrs.length > 0 ? target.allowedCidrs : [network.cidr];
    // The internet types https; who is inside may be redirected.
    const ports = target.domain ? [443, ...(target.public ? [] : [80])] : [80];
    for (const cidr of ranges) {
      for (const port of ports) group.allowFrom(ruleId(port, cidr), { cidr }, port);
    }
    return group;
  }

  private addBalancer(): Lb {
    const { context, network } = this.props;
    const { target } = context;
    return new Lb(this, "Resource", {
      ...this.replaceable(),
      loadBalancerType: "application",
      internal: !target.public,
      subnets: target.public ? network.publicSubnetIds : network.privateSubnetIds,
      securityGroups: [this.group.resource.id],
      idleTimeout: idleSeconds,
      dropInvalidHeaderFields: true,
      enableDeletionProtection: target.protect,
      // An internet-facing one gives its address out only where the way in is there.
      dependsOn: [...network.ways],
    });
  }

  /**
   * To be made anew beside the old one: whether it is internal, or a group's VPC, does not change
   * in place, and a target group that a listener uses can't be destroyed.
   */
  private replaceable() {
    const { name } = this.props.context;
    return {
      namePrefix: name.slice(0, prefixLength),
      tags: { Name: name },
      lifecycle: { createBeforeDestroy: true },
    };
  }

  private addTargetGroup(): LbTargetGroup {
    const { network, targetType } = this.props;
    return new LbTargetGroup(this, "targets", {
      ...this.replaceable(),
      vpcId: network.vpcId,
      targetType,
      // Each target is registered with a port of its own, which counts in place of this one.
      port: containerPort,
      protocol: "HTTP",
      deregistrationDelay: "30",
      // Open under every name, unlike the rest; the container's own check asks the database.
      healthCheck: {
        path: "/health",
        matcher: "200",
        interval: 15,
        timeout: 5,
        healthyThreshold: 2,
        unhealthyThreshold: 4,
      },
    });
  }

  private addHttp(): LbListener {
    return new LbListener(this, "http", {
      loadBalancerArn: this.resource.arn,
      port: 80,
      protocol: "HTTP",
      defaultAction: [{ type: "forward", targetGroupArn: this.targetGroup.arn }],
    });
  }

  private addHttps(domain: AwsDomain): LbListener {
    const redirect = new LbListener(this, "http", {
      loadBalancerArn: this.resource.arn,
      port: 80,
      protocol: "HTTP",
      defaultAction: [
        {
          type: "redirect",
          redirect: { port: "443", protocol: "HTTPS", statusCode: "HTTP_301" },
        },
      ],
    });
    const zoneId = domain.hostedZone === undefined ? undefined : this.addName(domain);
    return new LbListener(this, "https", {
      loadBalancerArn: this.resource.arn,
      port: 443,
      protocol: "HTTPS",
      sslPolicy: "ELBSecurityPolicy-TLS13-1-2-2021-06",
      certificateArn: domain.certificateArn ?? this.addCertificate(domain, zoneId ?? ""),
      defaultAction: [{ type: "forward", targetGroupArn: this.targetGroup.arn }],
      // A target group is of one load balancer: what port 80 of the old one did with it ends first.
      dependsOn: [redirect],
    });
  }

  /** @returns the id of the zone */
  private addName({ name, hostedZone }: AwsDomain): string {
    const zone = new DataAwsRoute53Zone(this, "zone", { name: hostedZone ?? "" });
    new Route53Record(this, "name", {
      zoneId: zone.zoneId,
      name,
      type: "A",
      alias: {
        name: this.resource.dnsName,
        zoneId: this.resource.zoneId,
        evaluateTargetHealth: false,
      },
    });
    return zone.zoneId;
  }

  /** @returns the ARN of a certificate that is proven by the zone */
  private addCertificate({ name }: AwsDomain, zoneId: string): string {
    const certificate = new AcmCertificate(this, "certificate", {
      domainName: name,
      validationMethod: "DNS",
      lifecycle: { createBeforeDestroy: true },
    });
    const option = certificate.domainValidationOptions.get(0);
    const record = new Route53Record(this, "certificate-proof", {
      zoneId,
      name: option.resourceRecordName,
      type: option.resourceRecordType,
      records: [option.resourceRecordValue],
      ttl: 300,
      allowOverwrite: true,
    });
    return new AcmCertificateValidation(this, "certificate-valid", {
      certificateArn: certificate.arn,
      validationRecordFqdns: [record.fqdn],
    }).certificateArn;
  }
}
