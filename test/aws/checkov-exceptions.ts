/** A check of checkov that does not hold here, and why that is right. */
export interface CheckovException {
  readonly checks: readonly string[];
  /** Part of the names of the resources. */
  readonly resources: RegExp;
  readonly reason: string;
}

/** One whose resources are no longer found fault with makes the test fail. */
export const checkovExceptions: readonly CheckovException[] = [
  {
    checks: ["CKV_AWS_2", "CKV_AWS_103", "CKV2_AWS_20"],
    resources: /load-balancer/,
    reason:
      "without a domain there is no certificate; the load balancer is then internal, and rule 33 refuses a public one",
  },
  {
    checks: ["CKV_AWS_378"],
    resources: /load-balancer_targets/,
    reason: "TLS ends at the load balancer; behind it only its security group reaches the server",
  },
  {
    checks: ["CKV_AWS_91", "CKV_AWS_18"],
    resources: /load-balancer|bucket/,
    reason:
      "a bucket of logs is the account's, with its owner's retention; the server logs requests",
  },
  {
    checks: ["CKV2_AWS_28"],
    resources: /load-balancer/,
    reason: "a firewall costs more a month than the database; allowedCidrs says who gets in",
  },
  {
    checks: ["CKV2_AWS_11"],
    resources: /vpc/,
    reason: "flow logs are optional in the checklist (2.3), and paid for by the gigabyte",
  },
  {
    checks: ["CKV_AWS_394"],
    resources: /zones/,
    reason: "the first two zones by name are taken, and a new one comes behind them",
  },
  {
    checks: ["CKV2_AWS_57"],
    resources: /secrets|database/,
    reason:
      "MLflow reads its keys when it starts, and what it encrypted with one is lost with it; RDS changes the managed shape's master password by itself",
  },
  {
    checks: ["CKV2_AWS_62", "CKV_AWS_144"],
    resources: /bucket/,
    reason:
      "nothing listens for events; a copy in another region doubles the price of every artifact",
  },
  {
    checks: ["CKV_AWS_145", "CKV_AWS_136"],
    resources: /bucket|image/,
    reason:
      "S3's own keys encrypt it; a key of ours would be one more thing whose loss loses it all",
  },
  {
    checks: ["CKV_AWS_157"],
    resources: /backend-store/,
    reason: "a second instance doubles the database's price; backups bring one server's data back",
  },
  {
    checks: ["CKV_AWS_118", "CKV_AWS_353", "CKV_AWS_65"],
    resources: /backend-store|cluster/,
    reason: "paid for by the metric; CloudWatch's own figures and the logs are there without",
  },
  {
    checks: ["CKV_AWS_161"],
    resources: /backend-store/,
    reason: "a second way in that nothing uses: the server has a password of Secrets Manager",
  },
  {
    checks: ["CKV_AWS_338"],
    resources: /log/,
    reason:
      "30 days unless the user says more (target.logDays); a year of logs is the user's to pay",
  },
  {
    checks: ["CKV_AWS_88"],
    resources: /host_instance/,
    reason:
      'only with egress "public-ip", which the user names: an address that lets nothing in, in place of a NAT gateway',
  },
  {
    checks: ["CKV_AWS_126"],
    resources: /host_instance/,
    reason: "figures of every minute cost 2 USD a month, and nothing here reads them",
  },
];
