import { build, type Metafile } from "esbuild";
import { execa } from "execa";
import { copyFileSync } from "node:fs";
import { isBuiltin } from "node:module";
import { dirname, join } from "node:path";
import { describe, expect, test } from "vitest";
import { builtCommand } from "./command.js";

const root = join(import.meta.dirname, "../..");
const command = builtCommand();

/** What stacks are written with; they stay outside of the bundle. */
const terraformPackages = ["cdktf", "constructs", "@cdktf/provider-docker"];

async function bundle(): Promise<Metafile> {
  const { metafile } = await build({
    absWorkingDir: root,
    entryPoints: { mlstack: "stacks/mlstack.ts" },
    outdir: "dist",
    bundle: true,
    external: terraformPackages.map((name) => name.replace(/\/.*/, "/*")),
    splitting: true,
    format: "esm",
    platform: "node",
    write: false,
    metafile: true,
  });
  return metafile;
}

/** Packages outside of the bundle that are loaded with `entry`. */
function outsideOf(metafile: Metafile, entry: string): readonly string[] {
  const { outputs } = metafile;
  const imports = [...outputsLoadedWith(metafile, entry)].flatMap(
    (path) => outputs[path]?.imports ?? [],
  );
  const outside = imports.filter(
    ({ kind, external }) => kind === "import-statement" && external === true,
  );
  return outside.map(({ path }) => path).filter((path) => !isBuiltin(path));
}

/** Sources of the outputs that are loaded with `entry` and not only when a verb asks for them. */
function loadedWith(metafile: Metafile, entry: string): readonly string[] {
  return [...outputsLoadedWith(metafile, entry)].flatMap((path) =>
    Object.keys(metafile.outputs[path]?.inputs ?? {}),
  );
}

function outputsLoadedWith({ outputs }: Metafile, entry: string): ReadonlySet<string> {
  const seen = new Set<string>();
  const visit = (path: string): void => {
    if (seen.has(path)) return;
    seen.add(path);
    for (const { path: next, kind, external } of outputs[path]?.imports ?? []) {
      if (kind === "import-statement" && external !== true) visit(next);
    }
  };
  visit(entry);
  return seen;
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
    expect(outsideOf(metafile, "dist/mlstack.js")).toStrictEqual([]);
  });

  test("is not the code of the other verbs", async () => {
    const metafile = await bundle();
    const sources = loadedWith(metafile, "dist/mlstack.js");
    const verbs = sources.filter((path) =>
      /^stacks\/(up|down|init|logs|status|process|plan|deploy|destroy|output|terraform|host)\//.test(
        path,
      ),
    );
    expect(verbs).toStrictEqual([]);
    expect(sources).toContain("stacks/generate/generate.ts");
  });

  test("is not the SDK of AWS, nor do verbs load it that ask AWS nothing", async () => {
    const metafile = await bundle();
    const isSdk = (name: string) => /^@(aws-sdk|smithy)\//.test(name);
    const entries = Object.entries(metafile.outputs).filter(([, { entryPoint }]) => entryPoint);
    const loading = entries.filter(([path]) => packagesOf(loadedWith(metafile, path)).some(isSdk));
    const verbs = loading
      .map(([, { entryPoint = "" }]) => entryPoint)
      .filter((path) => path.startsWith("stacks/"));
    expect(verbs).toContain("stacks/bootstrap/bootstrap.ts");
    expect(verbs.filter((path) => !/^stacks\/(aws|bootstrap)\//.test(path))).toStrictEqual([]);
  });

  test("while the whole command has prompts and progress", async () => {
    const packages = packagesOf(Object.keys((await bundle()).inputs));
    expect(packages).toEqual(expect.arrayContaining(["@clack/prompts", "execa", "listr2"]));
    expect(packages.filter((name) => terraformPackages.includes(name))).toStrictEqual([]);
  });
});

test("the program of AWS's jobs is one file that needs no other", async () => {
  const path = join(dirname(command.script()), "aws-job.mjs");
  const folder = command.folder();
  copyFileSync(path, join(folder, "aws-job.mjs"));
  const env = { PATH: process.env["PATH"] ?? "", NODE_DEBUG: "esm,module" };
  const options = { cwd: folder, env, extendEnv: false, reject: false } as const;
  const { exitCode, stderr } = await execa("node", ["aws-job.mjs", "start"], options);
  expect(stderr).toContain("MLSTACK_JOB: must be the JSON that Terraform hands over");
  expect(stderr).not.toMatch(/node_modules\//);
  expect(exitCode).toBe(2);
});

test("only modules of Node and of the bundle are opened by a run", async () => {
  const cwd = command.folder();
  const env = { NODE_DEBUG: "esm,module" };
  const { exitCode, stderr } = await command.run(["generate", "remote-server"], { cwd, env });
  expect(exitCode).toBe(0);
  expect(stderr).not.toMatch(/node_modules\/(?!\.cache\/)/);
});
