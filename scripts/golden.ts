/**
 * Writes `compose-templates/golden/` anew: what each case renders to, for the tests and for people
 * without Node. Read the change with `git diff` before it is committed.
 */
import { mkdirSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { loadAssets, packageDirectory } from "../stacks/tools/assets.js";
import { goldenCases, renderGolden } from "../test/helpers/golden-cases.js";

const golden = join(packageDirectory(), "compose-templates", "golden");
const assets = loadAssets();

for (const goldenCase of goldenCases) {
  const folder = join(golden, goldenCase.name);
  rmSync(folder, { recursive: true, force: true });
  for (const { path, text } of renderGolden(goldenCase, assets)) {
    const file = join(folder, path);
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, text);
  }
  console.log(`wrote ${folder}`);
}
