import { dirname, join } from "node:path";
import { cacheDirectory } from "../process/cache.js";
import { makeFolder } from "../tools/files.js";

/** Where providers are kept for every stack of a user. */
export interface PluginCache {
  /** To be locked while providers are added: Terraform does not do that itself. */
  readonly folder: string;
  readonly environment: Readonly<Record<string, string>>;
}

/**
 * The cache of providers, so that a second stack needs no download; undefined where the user has
 * one (`TF_PLUGIN_CACHE_DIR`) or the folder can't be made.
 */
export function pluginCache(): PluginCache | undefined {
  if (process.env["TF_PLUGIN_CACHE_DIR"]) return undefined;
  const folder = join(dirname(cacheDirectory()), "terraform");
  const plugins = join(folder, "plugins");
  try {
    makeFolder(plugins, 0o700);
  } catch {
    return undefined;
  }
  return {
    folder,
    environment: {
      TF_PLUGIN_CACHE_DIR: plugins,
      // Otherwise a stack without a lock file downloads all the same. The price is a lock file with
      // the checksums of this machine's architecture alone; it is not shared.
      TF_PLUGIN_CACHE_MAY_BREAK_DEPENDENCY_LOCK_FILE: "true",
    },
  };
}
