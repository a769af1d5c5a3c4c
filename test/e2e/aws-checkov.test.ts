import { execa } from "execa";
import { mkdirSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { beforeAll, describe, expect, test } from "vitest";
import { checkovExceptions } from "../aws/checkov-exceptions.js";
import { awsCases } from "../helpers/aws/cases.js";
import { awsGolden, type AwsConfiguration } from "../helpers/aws/golden.js";
import { awsProgram } from "../helpers/aws/python-tools.js";
import { resourcesOf } from "../helpers/docker-target.js";
import { temporaryFolder } from "../helpers/e2e/mlstack.js";

interface Check {
  readonly check_id: string;
  readonly check_name: string;
  readonly file_path: string;
  readonly resource: string;
}

interface Report {
  readonly summary: { readonly parsing_errors: number };
  readonly results: { readonly passed_checks: Check[]; readonly failed_checks: Check[] };
}

/** What checkov must find fault with, or it does not read what it is given. */
const faults: Readonly<Record<string, (file: AwsConfiguration) => void>> = {
  CKV_AWS_17: (file) => set(file, "aws_db_instance", "publicly_accessible", true),
  CKV_AWS_16: (file) => set(file, "aws_db_instance", "storage_encrypted", false),
  CKV_AWS_53: (file) => set(file, "aws_s3_bucket_public_access_block", "block_public_acls", false),
  CKV_AWS_131: (file) => set(file, "aws_lb", "drop_invalid_header_fields", false),
  CKV_AWS_158: (file) => set(file, "aws_cloudwatch_log_group", "kms_key_id", undefined),
};

function set(file: AwsConfiguration, type: string, name: string, value: unknown): void {
  const [block = {}] = Object.values(resourcesOf(file, type));
  if (value === undefined) delete block[name];
  else block[name] = value;
}

/** A copy that checkov reads: it gives a file up that has a text right below `terraform` or `removed`. */
function write(folder: string, name: string, { resource, data, provider }: AwsConfiguration): void {
  mkdirSync(join(folder, name));
  const text = JSON.stringify({ resource, data, provider }, null, 2);
  writeFileSync(join(folder, name, "cdk.tf.json"), text);
}

describe("checkov", () => {
  let report: Report;
  const failedIn = (names: readonly string[]) =>
    report.results.failed_checks.filter(({ file_path: path }) =>
      names.includes(path.split("/").at(-2) ?? ""),
    );
  const names = awsCases.map(({ name }) => name);

  beforeAll(async () => {
    const folder = temporaryFolder("checkov");
    for (const name of names) write(folder, name, awsGolden(name));
    const faulty = awsGolden("managed");
    Object.values(faults).forEach((fault) => fault(faulty));
    write(folder, "faulty", faulty);
    const { stdout } = await execa(
      await awsProgram("checkov"),
      ["-d", folder, "--framework", "terraform_json", "--skip-download", "--compact", "-o", "json"],
      { reject: false, env: { LOG_LEVEL: "ERROR" } },
    );
    report = JSON.parse(stdout) as Report;
    rmSync(folder, { recursive: true });
  });

  test("reads every resource of every golden", () => {
    expect(report.summary.parsing_errors).toBe(0);
    const { passed_checks: passed, failed_checks: failed } = report.results;
    for (const name of names) {
      const seen = new Set(
        [...passed, ...failed]
          .filter(({ file_path: path }) => path === `/${name}/cdk.tf.json`)
          .map(({ resource }) => resource.split(".").at(-1)),
      );
      for (const type of ["aws_s3_bucket", "aws_db_instance", "aws_lb", "aws_security_group"]) {
        const missed = Object.keys(resourcesOf(awsGolden(name), type)).filter(
          (id) => !seen.has(id),
        );
        expect(missed).toStrictEqual([]);
      }
    }
  });

  test.each(Object.keys(faults))("finds fault %s where it is", (id) => {
    const found = failedIn(["faulty"]).filter(({ check_id: check }) => check === id);
    expect(found.length).toBeGreaterThan(0);
    expect(failedIn(names).filter(({ check_id: check }) => check === id)).toStrictEqual([]);
  });

  test("finds no fault but those that have a reason", () => {
    const left = failedIn(names).filter(
      ({ check_id: id, resource }) =>
        !checkovExceptions.some(
          (each) => each.checks.includes(id) && each.resources.test(resource),
        ),
    );
    const lines = left.map((each) => `${each.check_id} ${each.check_name}: ${each.resource}`);
    expect([...new Set(lines)]).toStrictEqual([]);
  });

  test("finds each of those", () => {
    const stale = checkovExceptions.flatMap(({ checks, resources }) =>
      checks.filter(
        (id) =>
          !failedIn(names).some((each) => each.check_id === id && resources.test(each.resource)),
      ),
    );
    expect(stale).toStrictEqual([]);
  });
});
