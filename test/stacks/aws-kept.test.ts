import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, test } from "vitest";
import { protectionProblem, requireKept } from "../../stacks/aws/kept.js";
import { lostData, requireNamedLosses } from "../../stacks/aws/lost.js";
import type { AwsOptions } from "../../stacks/aws/options.js";
import type { AwsNames } from "../../stacks/aws/resource-names.js";
import { requireSameStack } from "../../stacks/aws/same-stack.js";
import { readAwsSettings } from "../../stacks/aws/settings.js";
import { synthesiseAws } from "../../stacks/aws/synth.js";
import { TerraformError } from "../../stacks/terraform/failure.js";
import type { Plan } from "../../stacks/terraform/plan.js";
import type { State } from "../../stacks/terraform/state.js";
import { messageOf } from "../helpers/deployments.js";

const out = mkdtempSync(join(tmpdir(), "mlstack-aws-kept-"));
afterAll(() => rmSync(out, { recursive: true, force: true }));

const settings = (more: AwsOptions = {}) =>
  readAwsSettings({ out, region: "eu-central-1", bucket: "team-models/a", name: "team", ...more });

const names: AwsNames = {
  partsOf: (address) => ({ part: "part", what: address }),
  nameOf: (address) => `name of ${address}`,
  bucket: [],
};

type Values = Readonly<Record<string, unknown>>;

const known: Readonly<Record<string, Values>> = {
  "aws_db_instance.db": { identifier: "team" },
  "aws_ebs_volume.disk": { id: "vol-1" },
  "aws_kms_key.key": { key_id: "abcd" },
  "aws_lb.lb": { name: "team" },
  "aws_s3_bucket.artifact-store": { bucket: "team-models" },
  "aws_s3_bucket.files": { bucket: "team-files" },
  "aws_s3_bucket_policy.artifact-store": {},
  "aws_s3_bucket_policy.files": {},
  "aws_secretsmanager_secret.a": { name: "mlflow-stacks/team/A" },
  "aws_secretsmanager_secret_version.a": {},
  "aws_ecs_service.server": {},
  "aws_vpc.vpc": {},
};

const typeOf = (address: string): string => address.split(".")[0] ?? "";

const state = (addresses: readonly string[], more: Values = {}): State => ({
  resources: addresses.map((address) => ({
    address,
    mode: "managed",
    type: typeOf(address),
    name: "x",
    values: { ...known[address], ...more },
    tainted: false,
  })),
});

/** @param changes - action of each address; @param drift - addresses that are gone */
const plan = (changes: Readonly<Record<string, string>>, drift: readonly string[] = []): Plan =>
  ({
    changes: Object.entries(changes).map(([address, action]) => ({
      address,
      action,
      type: typeOf(address),
      name: address,
    })),
    drift: drift.map((address) => ({ address, action: "delete", type: typeOf(address) })),
    details: {
      resource_drift: drift.map((address) => ({ address, change: { before: known[address] } })),
    },
  }) as unknown as Plan;

describe("while protection is on", () => {
  const refusal = (
    address: string,
    action: string,
    { protect = true, before = "true" }: { protect?: boolean; before?: string } = {},
    options: AwsOptions = { out },
  ) =>
    messageOf(() => {
      const found = {
        plan: plan({ [address]: action }),
        state: state(Object.keys(known)),
        outputs: { protected: { value: before, sensitive: false } },
      };
      const set = [`MLSTACK_AWS_PROTECT=${protect}`];
      requireKept(found, settings({ set }), names, options);
    });

  test.each([
    ["aws_db_instance.db", "database team"],
    ["aws_ebs_volume.disk", "data volume vol-1"],
    ["aws_kms_key.key", "key abcd"],
    ["aws_lb.lb", "load balancer team"],
    ["aws_s3_bucket.artifact-store", "bucket team-models"],
    ["aws_s3_bucket_policy.artifact-store", "name of aws_s3_bucket_policy.artifact-store"],
    ["aws_secretsmanager_secret.a", "secret mlflow-stacks/team/A"],
    ["aws_secretsmanager_secret_version.a", "name of aws_secretsmanager_secret_version.a"],
  ])("%s stays", (address, words) => {
    for (const action of ["delete", "replace"]) {
      const message = refusal(address, action);
      expect(message).toContain(
        `MLSTACK_AWS_PROTECT: is on, and this would destroy or replace ${words}; nothing was touched;`,
      );
      expect(refusal(address, action, { protect: false })).toMatch(/: was on in the last deploy,/);
      expect(refusal(address, action, { protect: false, before: "false" })).toBe("(accepted)");
    }
    for (const action of ["create", "update", "forget"]) {
      expect(refusal(address, action)).toBe("(accepted)");
    }
  });

  test.each(["aws_s3_bucket.files", "aws_s3_bucket_policy.files", "aws_vpc.vpc"])(
    "%s may go",
    (address) => {
      expect(refusal(address, "delete")).toBe("(accepted)");
    },
  );

  test("the way has two steps, each as it is typed", () => {
    const set = ["MLSTACK_AWS_PROTECT=false"];
    expect(refusal("aws_lb.lb", "delete", {}, { out, shape: "host", set })).toMatch(
      /without protection: .* deploy aws --out \S+ --set MLSTACK_AWS_PROTECT=false, and then the change: .* deploy aws --shape host --out \S+$/,
    );
  });

  test("what AWS guards counts where nothing says how it was deployed", () => {
    const found = {
      plan: plan({ "aws_lb.lb": "delete" }),
      state: state(["aws_lb.lb"], { enable_deletion_protection: true }),
      outputs: {},
    };
    const open = settings({ set: ["MLSTACK_AWS_PROTECT=false"] });
    expect(messageOf(() => requireKept(found, open, names, {}))).toContain("load balancer team");
  });

  test("Terraform's own refusal is told in the same words", () => {
    const detail =
      "Resource aws_db_instance.db has lifecycle.prevent_destroy\nset, but the plan calls for this resource to be destroyed.";
    const failure = { address: undefined, name: undefined, summary: "x", detail, output: [] };
    const problem = protectionProblem(new TerraformError("failed", [failure]), names, { out });
    expect(problem?.message).toContain("destroy or replace name of aws_db_instance.db; nothing");
    expect(protectionProblem(new TerraformError("failed"), names, { out })).toBeUndefined();
  });
});

describe("data that would begin empty", () => {
  const all = state(Object.keys(known));
  const lost = (
    changes: Readonly<Record<string, string>>,
    drift: readonly string[],
    before = all,
  ) => lostData({ plan: plan(changes, drift), state: before }, names).map(({ name }) => name);

  test("is what is gone from AWS", () => {
    const gone = ["aws_db_instance.db", "aws_secretsmanager_secret.a", "aws_vpc.vpc"];
    const changes = Object.fromEntries(gone.map((address) => [address, "create"]));
    expect(lost(changes, gone)).toEqual(["database team", "secret mlflow-stacks/team/A"]);
    expect(lost({}, gone)).toEqual([]);
  });

  test("is what a server that ran did not have", () => {
    const made = { "aws_db_instance.new": "create", "aws_secretsmanager_secret.b": "create" };
    expect(lost(made, [])).toEqual(["name of aws_db_instance.new"]);
    expect(lost(made, [], state(["aws_vpc.vpc"]))).toEqual([]);
    expect(lostData({ plan: plan(made), state: undefined }, names)).toEqual([]);
  });

  const missing = [
    { word: "database", name: "database team" },
    { word: "data-volume", name: "data volume vol-1" },
  ];
  const refusal = (given: readonly string[], found = missing) =>
    messageOf(() => requireNamedLosses(found, given, { out }));

  test("is named by whoever deploys", () => {
    expect(refusal(["database"])).toMatch(
      /^--new-volume: must name what may begin empty: data volume vol-1 would, .*deploy aws --out \S+ --new-volume database --new-volume data-volume$/,
    );
    expect(refusal(["database", "data-volume"])).toBe("(accepted)");
    expect(refusal(["database"], [])).toMatch(/and none would; got "database"$/);
    expect(refusal([], [])).toBe("(accepted)");
  });
});

describe("a state", () => {
  const refusal = (outputs: Readonly<Record<string, string>>) =>
    messageOf(() => {
      const values = Object.entries(outputs).map(
        ([name, value]) => [name, { value, sensitive: false }] as const,
      );
      requireSameStack(Object.fromEntries(values), settings());
    });

  test("of another deployment or region is refused", () => {
    const message = refusal({ deployment: "prod", region: "eu-west-1" });
    expect(message).toMatch(/^MLSTACK_NAME: must stay "prod".*got "team".*--out/m);
    expect(message).toMatch(/^MLSTACK_AWS_REGION: must stay "eu-west-1".*got "eu-central-1"/m);
  });

  test("of this one, and a new one, are not", () => {
    expect(refusal({ deployment: "team", region: "eu-central-1" })).toBe("(accepted)");
    expect(refusal({})).toBe("(accepted)");
  });
});

test.each(["managed", "host"])(
  "a bucket of the shape %s that is made no more is forgotten",
  (shape) => {
    const bucketOf = (createBucket: boolean) => {
      const set = [`MLSTACK_AWS_CREATE_BUCKET=${createBucket}`];
      const { stack } = synthesiseAws(settings({ shape, set }));
      const { removed = [], resource } = stack.toTerraform() as {
        removed?: { from: string; lifecycle: object }[];
        resource: Record<string, Record<string, unknown>>;
      };
      const made = Object.entries(resource).flatMap(([type, all]) =>
        Object.keys(all).map((id) => `${type}.${id}`),
      );
      return { removed, made: made.filter((address) => address.includes("artifact-store")) };
    };
    const { made, removed: none } = bucketOf(true);
    const { made: kept, removed } = bucketOf(false);
    expect(made).toHaveLength(7);
    expect(none).toEqual([]);
    expect(kept).toEqual([]);
    expect(removed.map(({ from }) => from).sort()).toEqual([...made].sort());
    expect(
      removed.every(({ lifecycle }) => JSON.stringify(lifecycle) === '{"destroy":false}'),
    ).toBe(true);
  },
);
