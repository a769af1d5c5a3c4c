import { spawnSync } from "node:child_process";
import { describe, expect, test } from "vitest";
import { parseStateBackend } from "../../stacks/terraform/state-backend.js";
import { localhostFiles } from "../helpers/deployments.js";
import { synth } from "../helpers/docker-target.js";

const backend = (text: string, statePath?: string) =>
  synth(localhostFiles(), {
    state: parseStateBackend(text),
    ...(statePath !== undefined && { statePath }),
  }).terraform["backend"];

describe("the state", () => {
  test("is a file where the caller says", () => {
    expect(backend("local", "../../../terraform.tfstate")).toStrictEqual({
      local: { path: "../../../terraform.tfstate" },
    });
  });

  test("in S3 is encrypted and locked", () => {
    expect(backend("s3://states/lab.tfstate?region=eu-central-1&profile=lab")).toStrictEqual({
      s3: {
        bucket: "states",
        key: "lab.tfstate",
        region: "eu-central-1",
        profile: "lab",
        encrypt: true,
        use_lockfile: true,
      },
    });
  });

  test("on another S3 server asks nothing that only Amazon answers", () => {
    const url = "https://s3.lan:9000";
    expect(backend(`s3://states/lab.tfstate?region=x&endpoint=${url}`).s3).toMatchObject({
      endpoints: { s3: url },
      // Until somebody gave such a server a key to do it with, it refuses.
      encrypt: false,
      use_lockfile: true,
      use_path_style: true,
      skip_credentials_validation: true,
    });
  });

  test("in PostgreSQL says nothing of how to reach it", () => {
    expect(backend("pg://lab")).toStrictEqual({ pg: { schema_name: "lab" } });
  });
});

test.each([
  "terraform.tfstate",
  "lab/terraform.tfstate.backup",
  "lab/.terraform.tfstate.lock.info",
  "lab/mlstack.auto.tfvars.json",
  "lab.tfvars",
  "lab/plan.tfplan",
  "cdktf.out/stacks/home-lab/cdk.tf.json",
  "lab/.terraform/providers",
  "lab/.env",
])("git ignores %s", (path) => {
  const { status } = spawnSync("git", ["check-ignore", "--quiet", "--no-index", path]);
  expect(status).toBe(0);
});

test("git keeps the goldens and the examples", () => {
  const kept = ["constructs/docker/golden/remote-server/cdk.tf.json", "env/home-lab.env.example"];
  const { stdout } = spawnSync("git", ["check-ignore", "--no-index", ...kept], {
    encoding: "utf8",
  });
  expect(stdout).toBe("");
});
