import { build, type Metafile } from "esbuild";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { builtCommand } from "./command.js";

const root = join(import.meta.dirname, "../..");
const command = builtCommand();

async function bundle(): Promise<Metafile> {
  const { metafile } = await build({
    absWorkingDir: root,
    entryPoints: { mlstack: "stacks/mlstack.ts" },
    outdir: "dist",
    bundle: true,
    splitting: true,
    format: "esm",
    platform: "node",
    write: false,
    metafile: true,
  });
  return metafile;
}

/** Sources of the outputs that are loaded with `entry` and not only when a verb asks for them. */
function loadedWith({ outputs }: Metafile, entry: string): readonly string[] {
  const seen = new Set<string>();
  const visit = (path: string): void => {
    if (seen.has(path)) return;
    seen.add(path);
    for (const { path: next, kind, external } of outputs[path]?.imports ?? []) {
      if (kind === "import-statement" && external !== true) visit(next);
    }
  };
  visit(entry);
  return [...seen].flatMap((path) => Object.keys(outputs[path]?.inputs ?? {}));
}

const packagesOf = (sources: readonly string[]): readonly string[] => {
  const names = sources.map((path) => /^node_modules\/((?:@[^/]+\/)?[^/]+)\//.exec(path)?.[1]);
  return [...new Set(names.filter((name) => name !== undefined))].sort();
};

describe("what generate loads", () => {
  test("is these packages, none of Terraform's among them", async () => {
    const metafile = await bundle();
    const packages = packagesOf(loadedWith(metafile, "dist/mlstack.js"));
    expect(packages).toStrictEqual(["commander", "picocolors", "yaml", "zod"]);
  });

  test("is not the code of the other verbs", async () => {
    const metafile = await bundle();
    const sources = loadedWith(metafile, "dist/mlstack.js");
    const verbs = sources.filter((path) =>
      /^stacks\/(up|down|init|logs|status|process)\//.test(path),
    );
    expect(verbs).toStrictEqual([]);
    expect(sources).toContain("stacks/generate/generate.ts");
  });

  test("while the whole command has prompts and progress", async () => {
    const packages = packagesOf(Object.keys((await bundle()).inputs));
    expect(packages).toEqual(expect.arrayContaining(["@clack/prompts", "execa", "listr2"]));
    expect(packages.filter((name) => /cdktf|^constructs$/.test(name))).toStrictEqual([]);
  });
});

test("only modules of Node and of the bundle are opened by a run", async () => {
  const cwd = command.folder();
  const env = { NODE_DEBUG: "esm,module" };
  const { exitCode, stderr } = await command.run(["generate", "remote-server"], { cwd, env });
  expect(exitCode).toBe(0);
  expect(stderr).not.toMatch(/node_modules\/(?!\.cache\/)/);
});
