import type { EnvResolver } from "./env-value.js";
import { dataDirectory } from "./plan-tracking-server.js";
import { secretDirectory } from "./secret-volumes.js";
import { containerPort } from "./tracking-server.js";

/**
 * What every target that runs containers makes of a value: each role has its name as host name, and
 * data, secrets and the port are where the plan mounts and publishes them.
 *
 * @param escape - keeps the target from replacing something in the user's text
 */
export const containerResolver = (escape: (text: string) => string): EnvResolver => ({
  literal: escape,
  secretFile: (name) => `${secretDirectory}/${name}`,
  address: (role) => role,
  dataPath: (path, form) => {
    const absolute = `${dataDirectory}/${path}`;
    if (form === "path") return absolute;
    return form === "file-uri" ? `file://${absolute}` : `sqlite:///${absolute}`;
  },
  listen: (part) => (part === "host" ? "0.0.0.0" : String(containerPort)),
});
