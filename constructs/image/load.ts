import { existsSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import type { BuildContextAssets } from "./build-context.js";

const scriptNames = [
  "run.py",
  "healthcheck.py",
  "install_secrets.py",
  "db_upgrade.py",
  "bucket_init.py",
  "proxied_s3.py",
] as const;

/** The package's own directory: `dist/` and the sources are one level and two below it. */
export function packageDirectory(): string {
  let directory = dirname(fileURLToPath(import.meta.url));
  while (!existsSync(join(directory, "compose-templates", "tracking-server"))) {
    const parent = dirname(directory);
    if (parent === directory) throw new Error("bug: compose-templates/tracking-server not found");
    directory = parent;
  }
  return directory;
}

/** Reads the texts that the renderers put into the build context. */
export function loadAssets(): BuildContextAssets {
  const directory = join(packageDirectory(), "compose-templates", "tracking-server");
  const read = (name: string) => readFileSync(join(directory, name), "utf8");
  const lock = (name: string) => read(`requirements/${name}.lock`);
  return {
    dockerfile: read("Dockerfile"),
    scripts: Object.fromEntries(scriptNames.map((name) => [name, read(name)])),
    requirements: {
      core: lock("core"),
      s3: lock("s3"),
      postgres: lock("postgres"),
      mysql: lock("mysql"),
      login: lock("login"),
    },
  };
}
