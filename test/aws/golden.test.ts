import { mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, describe, expect, onTestFinished, test, vi } from "vitest";
import { packageDirectory } from "../../constructs/image/load.js";
import { awsCases } from "../helpers/aws/cases.js";
import { awsGoldenFolder, renderAwsGolden } from "../helpers/aws/golden.js";

afterEach(() => void vi.unstubAllEnvs());

test("there is a folder for each case and no other", () => {
  const names = awsCases.map(({ name }) => name);
  expect(readdirSync(awsGoldenFolder).sort()).toStrictEqual(names.sort());
});

describe.each(awsCases)("golden $name", (awsCase) => {
  const folder = join(awsGoldenFolder, awsCase.name);
  const stored = () =>
    Object.fromEntries(
      readdirSync(folder).map((name) => [name, readFileSync(join(folder, name), "utf8")]),
    );

  test("is what is synthesised now; else read `npm run golden`'s diff", () => {
    expect(renderAwsGolden(awsCase)).toStrictEqual(stored());
  });

  test("is the same from another folder, under another account's settings", () => {
    const before = process.cwd();
    const elsewhere = mkdtempSync(join(tmpdir(), "mlstack elsewhere "));
    onTestFinished(() => {
      process.chdir(before);
      rmSync(elsewhere, { recursive: true });
    });
    process.chdir(elsewhere);
    vi.stubEnv("TMPDIR", elsewhere);
    vi.stubEnv("AWS_REGION", "us-west-2");
    vi.stubEnv("AWS_PROFILE", "another");
    expect(renderAwsGolden(awsCase)).toStrictEqual(stored());
  });

  // A resource under another id is another resource to Terraform: it would make the database anew.
  test("has ids that come from the names of its parts alone", () => {
    const region = awsCase.target.region === "eu-central-1" ? "eu-west-1" : "eu-central-1";
    const { certificateArn: _, secretArns: __, ...target } = { ...awsCase.target, region };
    const elsewhere = renderAwsGolden({
      ...awsCase,
      target: {
        ...target,
        ...(awsCase.target.certificateArn && {
          certificateArn: awsCase.target.certificateArn.replace("eu-central-1", region),
        }),
        ...(awsCase.target.secretArns && {
          secretArns: JSON.parse(
            JSON.stringify(awsCase.target.secretArns).replaceAll("eu-central-1", region),
          ) as Record<string, string>,
        }),
      },
    });
    expect(elsewhere["construct-tree.txt"]).toBe(stored()["construct-tree.txt"]);
  });

  test("says nothing of the machine that made it", () => {
    const text = readFileSync(join(folder, "cdk.tf.json"), "utf8");
    expect(text).not.toContain(packageDirectory());
    expect(text).not.toContain(tmpdir() + "/");
  });
});
