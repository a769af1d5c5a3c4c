import { existsSync, realpathSync } from "node:fs";
import { join, relative } from "node:path";
import { parseComposeFile, type ComposeFile } from "../../compose-templates/index.js";
import { deploymentLabel, stackLabel } from "../../constructs/docker/names.js";
import { ConfigError, holdsData, type Problem } from "../../constructs/mlflow/index.js";
import { run } from "./docker.js";
import { readIfExists } from "./files.js";
import { readRuntime } from "./runtime-record.js";
import { selfCommand } from "./self.js";

const label = "com.docker.compose.project";
const composeFile = (folder: string): string => join(folder, "docker-compose.yml");

/** What the folder's Compose file says; nothing where there is none, or none that can be read. */
export const readComposeFile = (out: string): Partial<ComposeFile> =>
  parseComposeFile(readIfExists(composeFile(out)) ?? "") ?? {};

/** Output folders whose containers, running or not, are of this Compose project. */
async function projectFolders(name: string): Promise<readonly string[]> {
  const format = `{{.Label "${label}.working_dir"}}`;
  return list(["ps", "--all", "--filter", `label=${label}=${name}`, "--format", format]);
}

/** Compose projects whose containers were made from this folder's Compose file. */
async function folderProjects(out: string): Promise<readonly string[]> {
  const words = ["--filter", `label=${label}.config_files=${composeFile(out)}`];
  return list(["ps", "--all", ...words, "--format", `{{.Label "${label}"}}`]);
}

/** Volumes of this Compose project. */
const projectVolumes = (name: string): Promise<readonly string[]> =>
  list(["volume", "ls", "--filter", `label=${label}=${name}`, "--format", "{{.Name}}"]);

/** Stacks whose containers or networks, which Compose would need for itself, have this name. */
async function stacksOf(name: string): Promise<readonly string[]> {
  const words = ["--filter", `label=${deploymentLabel}=${name}`];
  const format = ["--format", `{{.Label "${stackLabel}"}}`];
  const containers = await list(["ps", "--all", ...words, ...format]);
  return containers.length > 0 ? containers : list(["network", "ls", ...words, ...format]);
}

/** Lines that docker prints, each once; none where it does not answer. */
async function list(words: readonly string[]): Promise<readonly string[]> {
  const { exitCode, stdout } = await run(words, { timeout: 20_000 });
  if (exitCode !== 0) return [];
  return [...new Set(stdout.split("\n").map((line) => line.trim()))].filter(Boolean);
}

/** Whether the folder has containers or data in Docker. */
export async function hasDockerData(out: string): Promise<boolean> {
  const { name } = readComposeFile(out);
  if (name === undefined) return false;
  if ((await projectFolders(name)).some((folder) => isSameFolder(folder, out))) return true;
  return (await projectVolumes(name)).some(holdsData);
}

/** Whether the folder has containers, which Docker would start again after a reboot. */
export async function hasContainers(out: string): Promise<boolean> {
  return (await folderProjects(out)).length > 0;
}

/**
 * Refuses a name whose containers or volumes are those of another output folder: both would be one
 * deployment, and the last one to come would replace it, or delete its data.
 *
 * @param name - of the Compose project
 * @throws {ConfigError} naming that folder and the way out
 */
export async function requireOwnProject(out: string, name: string): Promise<void> {
  const problem = await foreignProject(out, name);
  if (problem) throw new ConfigError([problem]);
}

/** Why the Compose project `name` is not this folder's; undefined: it is, or it is free. */
export async function foreignProject(out: string, name: string): Promise<Problem | undefined> {
  const [stack] = await stacksOf(name);
  if (stack !== undefined) {
    return {
      path: "MLSTACK_NAME",
      problem: `"${name}" runs on this engine as the Terraform stack "${stack}"; first run, with its own --out, which keeps its data: ${selfCommand()} destroy ${stack} --name ${name}; or set another MLSTACK_NAME (--name)`,
    };
  }
  const folders = await projectFolders(name);
  if (folders.some((folder) => isSameFolder(folder, out))) return undefined;
  const other = folders.find((folder) => existsSync(composeFile(folder)));
  if (other !== undefined) {
    return {
      path: "MLSTACK_NAME",
      problem: `"${name}" is used by the deployment in "${other}"; set another MLSTACK_NAME (--name), or use --out "${other}"`,
    };
  }
  // A folder that was moved, or of which .env was saved, goes on with its data.
  if (wasWritten(out, name)) return undefined;
  const [left = folders[0]] = (await projectVolumes(name)).filter(holdsData);
  if (left === undefined) return undefined;
  return {
    path: "MLSTACK_NAME",
    problem: `"${name}" is used by a deployment of another folder (${left} is left of it); set another MLSTACK_NAME (--name), or use --out with that folder; if it is lost and the data yours, put its .env into "${out}"`,
  };
}

/** Whether an earlier run wrote this folder for Docker and under this name. */
function wasWritten(out: string, name: string): boolean {
  const { name: present } = readComposeFile(out);
  if (present !== undefined) return present === name;
  return existsSync(join(out, ".env")) && readRuntime(out) !== "process";
}

/**
 * Why the folder's deployment may not be named `name` from now on: what it had under its old name
 * would go on to run, or its data be out of sight. Asked before anything is written.
 *
 * @param command - what stops a deployment, as the user types it
 */
export async function renamedProject(
  out: string,
  name: string,
  command: string,
): Promise<Problem | undefined> {
  const { name: present = name } = readComposeFile(out);
  // Also what runs under a name that `generate` has replaced in the file since.
  const running = (await folderProjects(out)).find((project) => project !== name);
  if (running !== undefined) {
    return {
      path: "MLSTACK_NAME",
      problem: `must stay "${running}" in "${out}", because its containers have that name; got "${name}"; keep the name, use another folder with --out, or first, with the old name, run: ${command}`,
    };
  }
  const volume = present === name ? undefined : (await projectVolumes(present)).find(holdsData);
  if (volume === undefined) return undefined;
  return {
    path: "MLSTACK_NAME",
    problem: `must stay "${present}" in "${out}", because its data is in the volume ${volume}; got "${name}"; keep the name, use another folder with --out, or first remove the data: ${command} --delete-data`,
  };
}

function isSameFolder(a: string, b: string): boolean {
  const real = (path: string): string => {
    try {
      return realpathSync.native(path);
    } catch {
      return path;
    }
  };
  return relative(real(a), real(b)) === "";
}
