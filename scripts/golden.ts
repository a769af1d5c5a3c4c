/**
 * Writes `compose-templates/golden/`, `constructs/docker/golden/` and `constructs/aws/golden/` anew:
 * what each case renders to, for the tests and for people without Node. Read the change with
 * `git diff` before it is committed.
 */
import { mkdirSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { loadAssets, packageDirectory } from "../constructs/image/load.js";
import { awsCases } from "../test/helpers/aws/cases.js";
import { renderAwsGolden } from "../test/helpers/aws/golden.js";
import { renderDockerGolden } from "../test/helpers/docker-golden.js";
import { goldenCases, renderGolden } from "../test/helpers/golden-cases.js";

const assets = loadAssets();

for (const goldenCase of goldenCases) {
  const rendered = renderGolden(goldenCase, assets).map(({ path, text }) => [path, text] as const);
  writeCase("compose-templates/golden", goldenCase.name, rendered);
  const configuration = Object.entries(renderDockerGolden(goldenCase));
  writeCase("constructs/docker/golden", goldenCase.name, configuration);
}

for (const awsCase of awsCases) {
  writeCase("constructs/aws/golden", awsCase.name, Object.entries(renderAwsGolden(awsCase)));
}

function writeCase(
  golden: string,
  name: string,
  files: readonly (readonly [path: string, text: string])[],
): void {
  const folder = join(packageDirectory(), golden, name);
  rmSync(folder, { recursive: true, force: true });
  for (const [path, text] of files) {
    const file = join(folder, path);
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, text);
  }
  console.log(`wrote ${folder}`);
}
