import { mkdtempSync, mkdirSync, rmSync, symlinkSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, test } from "vitest";
import { Problems, hostProfiles, resolveDeployment } from "../../constructs/mlflow/index.js";
import { freeGiB, nearestExisting } from "../../stacks/tools/disk.js";
import { requireDisk, requireMemory } from "../../stacks/up/resources.js";

const scratch = mkdtempSync(join(tmpdir(), "mlstack-resources-"));
afterAll(() => rmSync(scratch, { recursive: true, force: true }));

const deployment = (profile: "n100" | "small" | "medium") =>
  resolveDeployment({ topology: "localhost-files", profile });

function memory(profile: "n100" | "small" | "medium", available: number): string {
  const problems = new Problems();
  requireMemory(deployment(profile), available, "this machine", problems);
  return problems.error().message;
}

test("a smaller profile is the way out only where it is one", () => {
  const { n100, small } = hostProfiles;
  expect(memory("n100", n100.minimum.memoryMiB)).toBe("");
  expect(memory("n100", small.minimum.memoryMiB)).toBe(
    `MLSTACK_PROFILE: "n100" starts with ${n100.minimum.memoryMiB} MiB of memory free or more; this machine has ${small.minimum.memoryMiB} MiB; end something, or set MLSTACK_PROFILE=small`,
  );
  expect(memory("n100", small.minimum.memoryMiB - 1)).toMatch(/; end something$/);
  expect(memory("small", 1)).toMatch(/; end something$/);
});

async function disk(setting: string | undefined, least: number): Promise<string> {
  const problems = new Problems();
  const path = join(scratch, "a/b");
  const need = { path, least, hint: "remove something", ...(setting && { setting }) };
  await requireDisk(deployment("small"), need, problems);
  return problems.error().message;
}

test("a disk too small is named with its setting and never with the profile in use", async () => {
  const free = Math.floor(((await freeGiB(scratch)) ?? 0) * 10) / 10;
  expect(await disk("MLSTACK_DATA_DIRECTORY", 0)).toBe("");
  expect(await disk("MLSTACK_DATA_DIRECTORY", 1e9)).toMatch(
    /^MLSTACK_DATA_DIRECTORY: needs 1000000000 GiB .*\/a\/b"; [\d.]+ GiB are; remove something, or name a folder on another disk$/,
  );
  expect(free).toBeGreaterThan(0);
  expect(await disk(undefined, 1e9)).toMatch(/^MLSTACK_PROFILE: .* GiB are; remove something$/);
});

test("a folder is measured itself where it is there", () => {
  mkdirSync(join(scratch, "disk"));
  symlinkSync(join(scratch, "disk"), join(scratch, "data"), "junction");
  expect(nearestExisting(join(scratch, "data"))).toBe(join(scratch, "data"));
  expect(nearestExisting(join(scratch, "data/x/y"))).toBe(join(scratch, "data"));
  expect(nearestExisting(join(scratch, "none/x"))).toBe(scratch);
});
