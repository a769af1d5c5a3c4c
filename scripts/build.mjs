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
const { outputFiles } = await build({
  entryPoints: { mlstack: "stacks/mlstack.ts" },
  outdir,
  outExtension: { ".js": ".mjs" },
  bundle: true,
  plugins: [required],
  splitting: true,
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
});
rmSync(outdir, { recursive: true, force: true });
mkdirSync(outdir, { recursive: true });
for (const { path, contents } of outputFiles) writeFileSync(join(outdir, basename(path)), contents);
chmodSync(join(outdir, "mlstack.mjs"), 0o755);
