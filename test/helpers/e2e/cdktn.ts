import { build } from "esbuild";
import { execa } from "execa";
import { createHash } from "node:crypto";
import { existsSync, mkdirSync, mkdtempSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { homedir } from "node:os";
import { join, resolve } from "node:path";
import { pathToFileURL } from "node:url";

const root = resolve(import.meta.dirname, "../../..");

/** The packages of package.json, with the library's successor under the library's name. */
const manifest = {
  private: true,
  type: "module",
  dependencies: {
    cdktf: "npm:cdktn@0.24.0",
    constructs: "~10.7.2",
    "@cdktf/provider-docker": "12.0.3",
  },
};

/** Folder with these packages: made once for each list of them. */
export async function cdktnPackages(): Promise<string> {
  const text = JSON.stringify(manifest);
  const hash = createHash("sha256").update(text).digest("hex").slice(0, 12);
  const cache = join(process.env["XDG_CACHE_HOME"] || join(homedir(), ".cache"), "mlflow-stacks");
  const folder = join(cache, `cdktn-${hash}`);
  if (existsSync(folder)) return folder;
  mkdirSync(cache, { recursive: true });
  const made = mkdtempSync(`${folder}-`);
  try {
    writeFileSync(join(made, "package.json"), text);
    // The bindings ask for cdktf itself, and the alias has another version.
    const words = ["install", "--legacy-peer-deps", "--no-audit", "--no-fund", "--ignore-scripts"];
    await execa("npm", words, { cwd: made, timeout: 180_000 });
    renameSync(made, folder);
  } catch (error) {
    rmSync(made, { recursive: true, force: true });
    // Another run was first.
    if (!existsSync(folder)) throw error;
  }
  return folder;
}

/** Every golden as it is synthesised with the packages of `folder`: files by case. */
export async function goldensWith(
  folder: string,
): Promise<Readonly<Record<string, Readonly<Record<string, string>>>>> {
  const program = mkdtempSync(join(folder, "run-"));
  try {
    const outfile = join(program, "goldens.mjs");
    await bundle(outfile);
    const { stdout } = await execa("node", [outfile], { cwd: program });
    return JSON.parse(stdout) as Record<string, Record<string, string>>;
  } finally {
    rmSync(program, { recursive: true, force: true });
  }
}

/** The project's sources as one file, which finds the library where it is put. */
async function bundle(outfile: string): Promise<void> {
  const contents = [
    'import { renderDockerGolden } from "./docker-golden.js";',
    'import { goldenCases } from "./golden-cases.js";',
    "const all = goldenCases.map((each) => [each.name, renderDockerGolden(each)]);",
    "process.stdout.write(JSON.stringify(Object.fromEntries(all)));",
  ].join("\n");
  await build({
    stdin: { contents, resolveDir: join(root, "test", "helpers"), loader: "ts" },
    outfile,
    bundle: true,
    format: "esm",
    platform: "node",
    external: ["cdktf", "constructs", "@cdktf/*"],
    // The texts of the image are read from where the sources are; nothing else asks for a place.
    define: { "import.meta.url": "__source" },
    banner: {
      js: [
        'import { createRequire as __createRequire } from "node:module";',
        "const require = __createRequire(import.meta.url);",
        `const __source = ${JSON.stringify(pathToFileURL(join(root, "package.json")).href)};`,
      ].join("\n"),
    },
    logLevel: "silent",
  });
}
