import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { resolveDockerHost } from "../../constructs/docker/host.js";
import { Problems, resolveDeployment } from "../../constructs/mlflow/index.js";
import { readLastPlace } from "../../stacks/stack/last-place.js";
import { requireSamePlace } from "../../stacks/stack/same-place.js";
import type { StackSettings } from "../../stacks/stack/settings.js";
import type { State } from "../../stacks/terraform/state.js";
import { writeDeployed } from "../../stacks/tools/deployed-record.js";
import { stateText } from "./state-text.js";

const out = mkdtempSync(join(tmpdir(), "mlstack-place-"));
afterAll(() => rmSync(out, { recursive: true, force: true }));

/** The lines that a deploy from here to `url` is refused with. */
function problems(
  url: string | undefined,
  engineId: string,
  name = "lab",
  { facts = {}, state }: { facts?: object; state?: State } = {},
): readonly string[] {
  const deployment = resolveDeployment({ topology: "remote-server", name });
  const host = resolveDockerHost(url === undefined ? {} : { url });
  const place = readLastPlace(out, true);
  const settings = { out, stack: "home-lab", host, deployment, place };
  const found = new Problems();
  requireSamePlace(settings as unknown as StackSettings, { engineId, ...facts }, found, state);
  return found.error().problems.map(({ path, problem }) => `${path}: ${problem}`);
}

/** A state as Terraform writes it, of a deployment on `host`. */
const leaveState = (host: string | undefined): void =>
  writeFileSync(join(out, "terraform.tfstate"), stateText({ name: "lab", owner: "me", host }));

test("nothing that was never deployed has a place", () => {
  expect(problems("ssh://me@box", "one")).toEqual([]);
});

describe("of a stack that was deployed", () => {
  beforeAll(() =>
    writeDeployed(out, { host: "ssh://me@box", engine: "one", name: "lab", secrets: [] }),
  );
  afterAll(() => rmSync(join(out, "deployed.json")));

  test("a host is known by its engine, whatever it is called", () => {
    expect(problems("ssh://me@box.lan", "one")).toEqual([]);
    expect(problems("ssh://me@other", "two")).toEqual([
      `MLSTACK_DOCKER_HOST: must stay "ssh://me@box", to which "${out}" was deployed and where its data is; got "ssh://me@other", which is another engine; use --host ssh://me@box, or use another folder with --out`,
    ]);
  });

  test("a machine that was installed anew has a way out", () => {
    expect(problems("ssh://me@box", "two")).toEqual([
      expect.stringMatching(
        /use another folder with --out; or, where .* remove ".*deployed.json"$/,
      ),
    ]);
  });

  test("a name stays, and the way back to it comes before the one that removes data", () => {
    expect(problems("ssh://me@box", "one", "other")).toEqual([
      expect.stringMatching(
        /^MLSTACK_NAME: must stay "lab", .* got "other"; use --name lab, or use another folder with --out, or remove that one with its data first: .* destroy home-lab --out .* --name lab --delete-data …$/,
      ),
    ]);
  });
});

describe("of which only the state is left", () => {
  afterAll(() => rmSync(join(out, "terraform.tfstate")));

  test("a name and the URL of a host stay", () => {
    leaveState("");
    expect(problems(undefined, "one")).toEqual([]);
    expect(problems("ssh://me@box", "one", "other")).toEqual([
      expect.stringMatching(
        /^MLSTACK_DOCKER_HOST: must stay "this machine's engine", .*; use --host unix:/,
      ),
      expect.stringMatching(/^MLSTACK_NAME: must stay "lab"/),
    ]);
  });

  test("a host under another address is known by what it has of the stack", () => {
    leaveState("ssh://me@box");
    const of = (owner: string) => ({ facts: { volumes: [{ deployment: "lab", owner }] } });
    expect(problems("ssh://me@box.lan", "one", "lab", of("me"))).toEqual([]);
    expect(problems("ssh://me@box.lan", "one", "lab", of("you"))).toHaveLength(1);
  });
});

test("of a state elsewhere the name is known once it is read", () => {
  const labels = [{ label: "mlflow-stacks.deployment", value: "lab" }];
  const state = { resources: [{ values: { labels } }] } as unknown as State;
  expect(problems(undefined, "one", "lab", { state })).toEqual([]);
  expect(problems(undefined, "one", "other", { state })).toEqual([
    expect.stringMatching(/^MLSTACK_NAME: must stay "lab"/),
  ]);
});
