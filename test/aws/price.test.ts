import { describe, expect, test } from "vitest";
import { propsForAws, resolveAwsTarget, type AwsTargetProps } from "../../constructs/aws/index.js";
import { priceTable } from "../../constructs/aws/price-table.js";
import { describePrice } from "../../constructs/aws/price-words.js";
import { priceOf, type Price } from "../../constructs/aws/price.js";
import { resolveDeployment, type MlflowDeploymentProps } from "../../constructs/mlflow/index.js";
import { synthAwsProps } from "../helpers/aws/golden.js";

const props = (more: Partial<MlflowDeploymentProps> = {}): MlflowDeploymentProps => ({
  topology: "remote-server",
  name: "team",
  artifactStore: { kind: "s3", bucket: "team-models" },
  ...more,
});

function price(more: Partial<AwsTargetProps> = {}, deployed = props()): Price {
  const target = { shape: "managed", region: "us-east-1", ...more } as const;
  const deployment = resolveDeployment(propsForAws(deployed, target));
  return priceOf(resolveAwsTarget(target, deployment), deployment);
}

const arn = (region: string, kind: string) => `arn:aws:${kind}:${region}:123456789012`;
const domain = { domain: "ml.example.com", hostedZone: "example.com" } as const;

describe("totals of a month", () => {
  test.each([
    ["managed", "us-east-1", 71.2],
    ["managed", "eu-central-1", 83.51],
    ["host", "us-east-1", 53.61],
    ["host", "eu-central-1", 61.07],
  ] as const)("%s in %s: $%d", (shape, region, total) => {
    const { total: sum, atLeast } = price({ shape, region });
    expect([sum, atLeast]).toEqual([total, false]);
  });

  test("the cheapest of all", () => {
    expect(price({ shape: "host", egress: "public-ip" }).total).toBe(20.76);
  });

  test("are the sum of the lines, each of which is its arithmetic", () => {
    for (const shape of ["managed", "host"] as const) {
      const { lines, total } = price({ shape, region: "eu-central-1" });
      for (const { arithmetic, dollars = 0 } of lines) {
        const numbers = [...arithmetic.matchAll(/(?<![\w.])\$?(\d+(\.\d+)?)(?= |$)/g)];
        const product = numbers.reduce((result, [, number]) => result * Number(number), 1);
        expect(Math.abs(product - dollars)).toBeLessThan(0.006);
      }
      const sum = lines.reduce((result, { dollars = 0 }) => result + dollars, 0);
      expect(total).toBeCloseTo(sum, 2);
    }
  });
});

describe("every option that costs changes the price", () => {
  const managed: readonly (readonly [string, Partial<AwsTargetProps>])[] = [
    ["architecture", { architecture: "x86_64" }],
    ["taskCpu", { taskCpu: 512 }],
    ["taskMemoryMiB", { taskMemoryMiB: 2048 }],
    ["taskStorageGiB", { taskStorageGiB: 100 }],
    ["databaseClass", { databaseClass: "db.t4g.small" }],
    ["databaseStorageGiB", { databaseStorageGiB: 100 }],
    ["egress", { egress: "nat" }],
    ["public", { ...domain, public: true }],
    ["region", { region: "eu-west-1" }],
    [
      "secretArns",
      {
        secretArns: {
          MLFLOW_DB_PASSWORD: `${arn("us-east-1", "secretsmanager")}:secret:x-AbCdEf`,
        },
      },
    ],
    [
      "vpcId",
      {
        vpcId: "vpc-0123456789abcdef0",
        privateSubnetIds: ["subnet-0123456789abcdef0", "subnet-0123456789abcdef1"],
      },
    ],
  ];
  test.each(managed)("managed: %s", (_, more) => {
    expect(price(more).total).not.toBe(price().total);
  });

  const host: readonly (readonly [string, Partial<AwsTargetProps>])[] = [
    ["instanceType", { instanceType: "t4g.medium" }],
    ["dataVolumeGiB", { dataVolumeGiB: 100 }],
    ["backupDays", { backupDays: 30 }],
    ["egress", { egress: "public-ip" }],
    ["hostDatabase", { hostDatabase: "rds" }],
    ["domain", domain],
    ["architecture", { architecture: "x86_64" }],
  ];
  test.each(host)("host: %s", (_, more) => {
    expect(price({ shape: "host", ...more }).total).not.toBe(price({ shape: "host" }).total);
  });

  test("host with RDS: the data volume and its snapshots are there all the same", () => {
    const more = { shape: "host", hostDatabase: "rds" } as const;
    const file = synthAwsProps(props(), { ...more, region: "us-east-1" });
    expect(Object.keys(file.resource)).toContain("aws_dlm_lifecycle_policy");
    const words = price(more).lines.map(({ what }) => what);
    expect(words).toEqual(expect.arrayContaining(["its data volume", "snapshots, 7 days"]));
  });

  test("a database of the user's costs nothing here", () => {
    const secretArns = {
      MLFLOW_BACKEND_STORE_URI: `${arn("us-east-1", "secretsmanager")}:secret:x-AbCdEf`,
    };
    const { lines } = price(
      { secretArns, egress: "nat" },
      props({ backendStore: { kind: "external" } }),
    );
    expect(lines.map(({ what }) => what).join()).not.toContain("database");
  });
});

describe("by use", () => {
  const through = "every GB through the";
  const out = "every GB out to the internet";
  const versions = "artifacts in S3 $0.023 a GB and month, and old versions of them for 90 days";
  const burst = (types: string) =>
    `more processor than ${types} may use all day (CPU credits, unlimited)`;

  test.each<[Partial<AwsTargetProps>, readonly string[], readonly RegExp[]]>([
    [{}, [versions, `${through} interface endpoints`, burst("db.t4g.micro")], [/internet/, /NAT/]],
    [{ egress: "nat" }, [`${through} NAT gateway`, out], [/endpoints/]],
    [{ ...domain, public: true }, [`${through} interface endpoints`, out], [/NAT/]],
    [{ createBucket: false }, ["artifacts in S3 $0.023 a GB and month"], [/versions/]],
    [{ databaseClass: "db.m7g.large" }, [], [/credits/]],
    [{ shape: "host" }, [`${through} NAT gateway`, out, burst("t4g.small")], [/backups/]],
    [{ shape: "host", egress: "public-ip" }, [out], [/NAT/, /endpoints/, /load balancer/]],
    [
      { shape: "host", hostDatabase: "rds" },
      [burst("t4g.small and db.t4g.micro"), "backups of the database above its size, 7 days"],
      [],
    ],
    [{ shape: "host", instanceType: "m7g.medium" }, [], [/credits/]],
  ])("%j", (target, has, hasNot) => {
    const { byUse } = price(target);
    expect(byUse).toEqual(expect.arrayContaining([...has]));
    for (const words of hasNot) expect(byUse.filter((each) => words.test(each))).toEqual([]);
  });
});

test("it counts what is made: endpoints, and the size of the root volume", () => {
  const made = (shape: "managed" | "host") =>
    synthAwsProps(props(), { shape, region: "us-east-1" }).resource;
  const arithmetic = (shape: "managed" | "host", what: string) =>
    price({ shape }).lines.find((each) => each.what === what)?.arithmetic;
  const interfaces = Object.values(made("managed")["aws_vpc_endpoint"] ?? {}).filter(
    (block) => block["vpc_endpoint_type"] === "Interface",
  );
  const count = new RegExp(`^${interfaces.length} in one zone`);
  expect(arithmetic("managed", "interface endpoints")).toMatch(count);
  const [instance] = Object.values(made("host")["aws_instance"] ?? {});
  const size = new RegExp(`^${instance?.["root_block_device"].volume_size} GB`);
  expect(arithmetic("host", "its root volume")).toMatch(size);
});

describe("what the table does not have", () => {
  test("makes the total a lower bound", () => {
    const { total, atLeast, lines } = price({ databaseClass: "db.r6g.4xlarge" });
    expect(atLeast).toBe(true);
    expect(total).toBeLessThan(price().total);
    expect(lines.find(({ what }) => what.includes("db.r6g"))).toMatchObject({
      arithmetic: "not in the table",
      dollars: undefined,
    });
  });

  test("is shown with another region's prices, and said so", () => {
    const target = { shape: "managed", region: "ap-south-1" } as const;
    const found = price(target);
    expect(found.region).toBe("us-east-1");
    expect(found.total).toBe(price().total);
    const [title] = describePrice(found, target);
    expect(title).toMatch(/the table does not have ap-south-1/);
  });
});

test("every region has every price", () => {
  const [, first] = Object.entries(priceTable)[0] ?? [];
  for (const prices of Object.values(priceTable)) {
    expect(Object.keys(prices)).toEqual(Object.keys(first ?? {}));
    expect(Object.keys(prices.instanceType)).toEqual(Object.keys(first?.instanceType ?? {}));
    expect(Object.keys(prices.databaseClass)).toEqual(Object.keys(first?.databaseClass ?? {}));
  }
});

test("it reads as a table with the sum below", () => {
  const target = { shape: "managed", region: "eu-central-1" } as const;
  const lines = describePrice(price(target), target);
  expect(lines[0]).toBe(
    "Price of the shape managed, list prices of eu-central-1 as known on 2026-11-28:",
  );
  expect(lines[1]).toBe("  task, processor          6.80  = 0.25 vCPU x 730 h x $0.03725");
  expect(lines).toContain("  about $83.51 a month, and by use:");
  expect(lines).toContain(
    "    artifacts in S3 $0.0245 a GB and month, and old versions of them for 90 days",
  );
});
