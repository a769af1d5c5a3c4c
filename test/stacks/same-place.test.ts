import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, test } from "vitest";
import { resolveDockerHost } from "../../constructs/docker/host.js";
import { Problems, resolveDeployment } from "../../constructs/mlflow/index.js";
import { requireSamePlace } from "../../stacks/stack/same-place.js";
import type { StackSettings } from "../../stacks/stack/settings.js";
import { writeDeployed } from "../../stacks/tools/deployed-record.js";

const out = mkdtempSync(join(tmpdir(), "mlstack-place-"));
afterAll(() => rmSync(out, { recursive: true, force: true }));

/** The lines that a deploy from here to `url` is refused with. */
function problems(url: string, engineId: string, name = "lab"): readonly string[] {
  const deployment = resolveDeployment({ topology: "remote-server", name });
  const settings = { out, stack: "home-lab", host: resolveDockerHost({ url }), deployment };
  const found = new Problems();
  requireSamePlace(settings as unknown as StackSettings, { engineId }, found);
  return found.error().problems.map(({ path, problem }) => `${path}: ${problem}`);
}

test("nothing that was never deployed has a place", () => {
  expect(problems("ssh://me@box", "one")).toEqual([]);
});

test("a host is known by its engine, whatever it is called", () => {
  writeDeployed(out, { host: "ssh://me@box", engine: "one", name: "lab", secrets: [] });
  expect(problems("ssh://me@box.lan", "one")).toEqual([]);
  expect(problems("ssh://me@other", "two")).toEqual([
    expect.stringMatching(
      /^MLSTACK_DOCKER_HOST: must stay "ssh:\/\/me@box", .*; got "ssh:\/\/me@other", which is another engine; use another folder with --out$/,
    ),
  ]);
});

test("a machine that was installed anew has a way out", () => {
  expect(problems("ssh://me@box", "two")).toEqual([
    expect.stringContaining(`remove "${join(out, "deployed.json")}"`),
  ]);
});

test("a name stays", () => {
  expect(problems("ssh://me@box", "one", "other")).toEqual([
    expect.stringMatching(/^MLSTACK_NAME: must stay "lab", .* got "other"; use another folder/),
  ]);
});
