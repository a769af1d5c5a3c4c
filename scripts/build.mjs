// Bundles the mlstack command into dist/. `generate` loads mlstack.mjs and what it shares with the
// library; what only the other verbs need (execa, listr2, prompts) is in chunks of its own, which
// are read when such a verb runs. One file with everything in it would start slower.
import { build } from "esbuild";
import { chmodSync, mkdirSync, rmSync, writeFileSync } from "node:fs";
import { basename, join } from "node:path";

/**
 * The library that stacks are written with is the installation's own, one copy for all. Required and
 * not imported: Node reads every file of a CommonJS package twice where a module imports it.
 */
const required = {
  name: "required",
  setup({ onResolve, onLoad }) {
    const filter = /^(cdktf|constructs|@cdktf\/.*)$/;
    onResolve({ filter }, ({ path }) => ({ path, namespace: "required" }));
    onLoad({ filter: /.*/, namespace: "required" }, ({ path }) => ({
      contents: `module.exports = installed(${JSON.stringify(path)});`,
    }));
  },
};

const outdir = process.argv[2] ?? "dist";
const common = {
  outdir,
  outExtension: { ".js": ".mjs" },
  bundle: true,
  format: "esm",
  platform: "node",
  target: "node20.19",
  minifySyntax: true,
  minifyWhitespace: true,
  legalComments: "none",
  // A failed build leaves the last good one.
  write: false,
  // CommonJS packages inside an ES module still call require for Node's own modules.
  banner: {
    js: 'import { createRequire as __createRequire } from "node:module"; const require = __createRequire(import.meta.url); const installed = require;',
  },
};
const command = { mlstack: "stacks/mlstack.ts" };
// Terraform's configuration takes this one along, and it runs where nothing is installed.
const job = { "aws-job": "stacks/aws-job/main.ts" };
const built = await Promise.all([
  build({ ...common, entryPoints: command, plugins: [required], splitting: true }),
  build({ ...common, entryPoints: job }),
]);
rmSync(outdir, { recursive: true, force: true });
mkdirSync(outdir, { recursive: true });
for (const { path, contents } of built.flatMap(({ outputFiles }) => outputFiles)) {
  writeFileSync(join(outdir, basename(path)), contents);
}
chmodSync(join(outdir, "mlstack.mjs"), 0o755);
