import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { Problems, secretNames } from "../../constructs/mlflow/index.js";
import { targetVariables } from "../../env/aws-settings.js";
import { parseDotenv } from "../../env/dotenv.js";
import { formatSettingsFile } from "../../env/example.js";
import { readAwsEnvironment } from "../../env/load-aws.js";
import { loadDeployment } from "../../env/load.js";
import { variableMeta, variableNames } from "../../env/schema.js";
import { messageOf } from "../helpers/deployments.js";
import { linux } from "./machines.js";

const needed = {
  MLSTACK_AWS_REGION: "eu-central-1",
  MLFLOW_ARTIFACTS_DESTINATION: "s3://my-models/team",
};

/** What the environment becomes, and what is wrong with it. */
function read(values: Readonly<Record<string, string>>) {
  const problems = new Problems();
  const result = readAwsEnvironment({ ...needed, ...values }, linux, problems);
  return { ...result, message: messageOf(() => problems.throwIfAny()) };
}

const samples: readonly (readonly [keyof typeof targetVariables, string, unknown])[] = [
  ["shape", "host", "host"],
  ["region", "us-west-2", "us-west-2"],
  ["architecture", "x86_64", "x86_64"],
  ["vpcCidr", "10.1.0.0/16", "10.1.0.0/16"],
  ["vpcId", "vpc-01234567", "vpc-01234567"],
  ["privateSubnetIds", "subnet-1, subnet-2", ["subnet-1", "subnet-2"]],
  ["publicSubnetIds", "subnet-3", ["subnet-3"]],
  ["connectedCidrs", "10.0.0.0/16,10.2.0.0/16", ["10.0.0.0/16", "10.2.0.0/16"]],
  ["egress", "nat", "nat"],
  ["domain", "mlflow.example.com", "mlflow.example.com"],
  ["hostedZone", "example.com", "example.com"],
  ["certificateArn", "arn:aws:acm:x", "arn:aws:acm:x"],
  ["public", "true", true],
  ["allowedCidrs", "203.0.113.0/24", ["203.0.113.0/24"]],
  ["taskCpu", "512", 512],
  ["taskMemoryMiB", "2048", 2048],
  ["taskStorageGiB", "40", 40],
  ["hostDatabase", "rds", "rds"],
  ["databaseClass", "db.t4g.small", "db.t4g.small"],
  ["databaseStorageGiB", "50", 50],
  ["backupDays", "14", 14],
  ["instanceType", "t4g.medium", "t4g.medium"],
  ["dataVolumeGiB", "40", 40],
  ["createBucket", "false", false],
  [
    "secretArns",
    "MLFLOW_BACKEND_STORE_URI=arn:a,MLFLOW_DB_PASSWORD=arn:b",
    { MLFLOW_BACKEND_STORE_URI: "arn:a", MLFLOW_DB_PASSWORD: "arn:b" },
  ],
  ["logDays", "90", 90],
  ["protect", "false", false],
];

describe("variables become the target they name", () => {
  test.each(samples)("%s", (field, text, value) => {
    const { target, message } = read({ [targetVariables[field]]: text });
    expect(message).toBe("(accepted)");
    expect(target).toStrictEqual({ shape: "managed", region: "eu-central-1", [field]: value });
  });

  test("and every field and every variable is among these cases", () => {
    expect(samples.map(([field]) => field).sort()).toEqual(Object.keys(targetVariables).sort());
    const marked = variableNames.filter((name) => variableMeta(name).aws === true);
    expect(Object.values(targetVariables).sort()).toEqual([...marked].sort());
  });

  test("the bucket is what the destination says", () => {
    expect(read({}).props.artifactStore).toEqual({
      kind: "s3",
      bucket: "my-models",
      prefix: "team",
    });
  });

  test("region and bucket must be there, and both are told at once", () => {
    const { message } = read({ MLSTACK_AWS_REGION: "", MLFLOW_ARTIFACTS_DESTINATION: "" });
    expect(message.split("\n")).toEqual([
      expect.stringMatching(/^MLFLOW_ARTIFACTS_DESTINATION: must be set \(--bucket\)/),
      expect.stringMatching(/^MLSTACK_AWS_REGION: must be set \(--region\)/),
    ]);
  });

  test.each(["https://models", "file:///srv/models"])("%s is no bucket", (place) => {
    const { message } = read({ MLFLOW_ARTIFACTS_DESTINATION: place });
    const scheme = place.replace(/(?<=:\/\/).*/, "");
    expect(message).toBe(
      `MLFLOW_ARTIFACTS_DESTINATION: must be a bucket or "s3://bucket/prefix"; begins with "${scheme}"`,
    );
  });

  test("an entry of secrets that is none shows nothing of what may be a password", () => {
    const { message } = read({ MLSTACK_AWS_SECRET_ARNS: "MLFLOW_DB_PASSWORD:geheim" });
    const rule = /^MLSTACK_AWS_SECRET_ARNS: must be NAME=arn .*; number 1 begins with (.*); use /;
    expect(rule.exec(message)?.[1]).toBe('"MLFLOW_DB_PASSWORD"');
    expect(message).not.toContain("geheim");
    const other = read({ MLSTACK_AWS_SECRET_ARNS: "geheim" }).message;
    expect(rule.exec(other)?.[1]).toBe("no name of a secret");
    expect(other).not.toContain("geheim");
  });
});

describe("what has no place on AWS is refused with what to do", () => {
  test.each(secretNames)("%s", (name) => {
    const { message } = read({ [name]: "0123456789abcdef0123456789abcdef" });
    expect(message).toMatch(new RegExp(`^${name}: (is no setting on AWS|must not be set on AWS)`));
    expect(message).not.toContain("0123456789abcdef");
  });

  test.each([
    ["MLSTACK_DOCKER_HOST", "ssh://a@b", /is for home-lab/],
    ["MLSTACK_SSH_JUMP", "gate", /is for home-lab/],
    ["MLSTACK_SSH_KEY", "~/.ssh/k", /is for home-lab/],
    ["MLSTACK_SSH_OPTIONS", "A=b", /is for home-lab/],
    ["MLFLOW_HOST", "0.0.0.0", /use MLSTACK_AWS_DOMAIN/],
    ["MLSTACK_RUNTIME", "docker", /the shape decides/],
    ["MLSTACK_DATA_DIRECTORY", "/srv", /no folder of yours/],
  ])("%s", (name, value, why) => {
    const { message } = read({ [name]: value });
    expect(message).toMatch(new RegExp(`^${name}: .*`));
    expect(message).toMatch(why);
  });

  test("but the driver of a database alone is none", () => {
    const { props, message } = read({ MLFLOW_BACKEND_STORE_URI: "mysql+pymysql://" });
    expect(message).toBe("(accepted)");
    expect(props.backendStore).toEqual({ kind: "external", driver: "mysql+pymysql" });
  });
});

test.each(["folder", "stack"] as const)("its variables are refused in a %s", (scope) => {
  const refused = () =>
    loadDeployment("remote-server", { MLSTACK_AWS_SHAPE: "host" }, linux, scope);
  expect(messageOf(refused)).toBe(
    "MLSTACK_AWS_SHAPE: is for the stack aws; remove it, or use: deploy aws",
  );
});

describe("the example", () => {
  const text = readFileSync(join(import.meta.dirname, "../../env/aws.env.example"), "utf8");

  test("is what `npm run docs` writes", () => {
    expect(text).toBe(formatSettingsFile("remote-server", {}, "aws"));
  });

  test("means the same as it is and with every line uncommented", () => {
    const all = parseDotenv(text.replace(/^#(?=[A-Z0-9_]+=)/gm, ""));
    expect(all.problems).toStrictEqual([]);
    const filled = Object.fromEntries(
      Object.entries({ ...all.values, ...needed }).filter(([, value]) => value !== ""),
    );
    expect(read(filled)).toStrictEqual(read({}));
  });

  test("has each variable of the target, and no secret", () => {
    for (const name of Object.values(targetVariables)) expect(text).toContain(`#${name}=`);
    expect(text).not.toMatch(/PASSWORD=|SECRET_ACCESS_KEY=/);
  });
});
