import { readdirSync, rmSync } from "node:fs";
import { homedir } from "node:os";
import { join } from "node:path";
import { ConfigError } from "../../constructs/mlflow/index.js";
import { makeFolder } from "../tools/files.js";
import { isAlive } from "../tools/is-alive.js";

/** Environments are large and the same for every deployment, so they are the user's, not one's. */
export function cacheDirectory(): string {
  const { XDG_CACHE_HOME, LOCALAPPDATA } = process.env;
  const home = homedir();
  const base =
    process.platform === "win32"
      ? LOCALAPPDATA || join(home, "AppData", "Local")
      : process.platform === "darwin"
        ? join(home, "Library", "Caches")
        : XDG_CACHE_HOME?.startsWith("/")
          ? XDG_CACHE_HOME
          : join(home, ".cache");
  return join(base, "mlflow-stacks", "python");
}

/** @throws {ConfigError} naming the setting */
export function makeCache(cache: string): void {
  try {
    makeFolder(cache);
  } catch (error) {
    const reason = (error as Error).message;
    throw new ConfigError([
      {
        path: process.platform === "linux" ? "XDG_CACHE_HOME" : "cache folder",
        problem: `must be writable for the Python environment; got "${cache}" (${reason})`,
      },
    ]);
  }
}

/** Removes what killed runs left behind. */
export function removeAbandoned(cache: string): void {
  for (const name of readdirSync(cache)) {
    const pid = /\.(\d+)\.partial$/.exec(name)?.[1];
    if (pid === undefined || isAlive(Number(pid))) continue;
    rmSync(join(cache, name), { recursive: true, force: true });
  }
}
