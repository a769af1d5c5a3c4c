import { chownSync, statSync } from "node:fs";
import { statfs } from "node:fs/promises";
import { createServer } from "node:net";
import { freemem } from "node:os";
import { dirname } from "node:path";
import {
  Problems,
  hostProfiles,
  planContainers,
  type MlflowDeployment,
  type SecretName,
  type VolumeName,
} from "../../constructs/mlflow/index.js";
import type { Settings } from "../settings.js";
import { containerStates, run, type ContainerState, type Engine } from "../tools/docker.js";
import { makeFolder, readIfExists } from "../tools/files.js";

const floor = { engine: "20.10", compose: "2.24" } as const;

/**
 * Looks before anything is changed.
 *
 * @throws {ConfigError} with everything that would fail later, each with the setting to change
 */
export async function checkDockerHost(
  settings: Settings,
  made: readonly SecretName[],
  engine: Engine,
): Promise<void> {
  const problems = new Problems();
  const { deployment, out } = settings;
  requireVersion("Docker engine", engine.version, floor.engine, problems);
  requireVersion("Docker Compose", engine.composeVersion, floor.compose, problems);
  requireCpus(deployment, engine, problems);
  const server = await runningServer(out);
  const { bindAddress, port } = deployment.trackingServer;
  if (engine.local) {
    if (!server?.published.includes(`${bindAddress}:${port}`)) {
      await requirePort(deployment, problems);
    }
    if (!server) requireMemory(deployment, problems);
    await requireDisk(deployment, engine.root, problems);
  }
  await requireKnownVolumes(settings, made, problems);
  if (engine.local) prepareDataDirectory(deployment, problems);
  problems.throwIfAny();
}

async function runningServer(out: string): Promise<ContainerState | undefined> {
  if (readIfExists(`${out}/docker-compose.yml`) === undefined) return undefined;
  return (await containerStates(out)).find(
    ({ service, state }) => service === "tracking-server" && state === "running",
  );
}

function requireVersion(what: string, version: string, least: string, problems: Problems): void {
  const number = (text: string) => {
    const [major = 0, minor = 0] = text.split(".").map((part) => Number.parseInt(part, 10));
    return major * 1000 + minor;
  };
  problems.require(
    number(version) >= number(least),
    what,
    `must be ${least} or newer; this one is ${version}; install a newer one (https://docs.docker.com/engine/install/)`,
  );
}

function requireCpus(deployment: MlflowDeployment, engine: Engine, problems: Problems): void {
  const most = Math.max(
    ...planContainers(deployment).containers.map(({ resources }) => resources.cpus),
  );
  problems.require(
    most <= engine.cpus,
    "MLSTACK_PROFILE",
    `"${deployment.profile}" is for machines with ${most} processors or more; this one has ${engine.cpus}; use a smaller profile, such as "small"`,
  );
}

/** Tries the very address and port that the container will publish. */
export async function requirePort(deployment: MlflowDeployment, problems: Problems): Promise<void> {
  const { bindAddress, port } = deployment.trackingServer;
  const code = await new Promise<string | undefined>((resolve) => {
    const server = createServer();
    server.once("error", (error: NodeJS.ErrnoException) => resolve(error.code ?? "unknown"));
    server.listen({ host: bindAddress, port, exclusive: true }, () => {
      server.close(() => resolve(undefined));
    });
  });
  if (code === undefined) return;
  if (code === "EADDRNOTAVAIL") {
    problems.add("MLFLOW_HOST", `must be an address of this machine; got "${bindAddress}"`);
  } else if (code === "EACCES") {
    problems.add("MLFLOW_PORT", `must be one that you may open; got "${port}"; use one above 1023`);
  } else {
    const airPlay =
      process.platform === "darwin" && port === 5000 ? " (on a Mac often by AirPlay)" : "";
    problems.add(
      "MLFLOW_PORT",
      `${port} on ${bindAddress} is taken by another program${airPlay}; use another one, such as --port ${port + 1}`,
    );
  }
}

function requireMemory(deployment: MlflowDeployment, problems: Problems): void {
  const { memoryMiB } = hostProfiles[deployment.profile].minimum;
  const available = availableMemoryMiB();
  problems.require(
    available >= memoryMiB,
    "memory",
    `the profile "${deployment.profile}" starts with ${memoryMiB} MiB free or more; ${available} MiB are; end something, or set MLSTACK_PROFILE=small`,
  );
}

function availableMemoryMiB(): number {
  const kib = /^MemAvailable:\s+(\d+) kB/m.exec(readIfExists("/proc/meminfo") ?? "")?.[1];
  return Math.floor(kib === undefined ? freemem() / 2 ** 20 : Number(kib) / 1024);
}

/** Free space where images and volumes go. Unknown without permission to look; then not a problem. */
async function requireDisk(
  deployment: MlflowDeployment,
  root: string,
  problems: Problems,
): Promise<void> {
  const { diskGiB } = hostProfiles[deployment.profile].minimum;
  const { dataDirectory } = deployment.trackingServer;
  for (const place of [root, ...(dataDirectory ? [dirname(dataDirectory.path)] : [])]) {
    const space = await statfs(place).catch(() => undefined);
    if (space === undefined) continue;
    const free = Math.floor((space.bavail * space.bsize) / 2 ** 30);
    problems.require(
      free >= diskGiB,
      "disk",
      `${place} needs ${diskGiB} GiB free; ${free} GiB are; remove something (docker system df shows what Docker holds)`,
    );
  }
}

/** Which volume only its own secret opens. */
const lockedVolumes = [
  ["POSTGRES_PASSWORD", "backend-store-data"],
  ["RUSTFS_SECRET_KEY", "artifact-store-data"],
  ["MLFLOW_CRYPTO_KEK_PASSPHRASE", "tracking-server-data"],
] as const satisfies readonly (readonly [SecretName, VolumeName])[];

/** New passwords cannot open old volumes: whoever lost `.env` must hear it before anything starts. */
async function requireKnownVolumes(
  { deployment, out }: Settings,
  made: readonly SecretName[],
  problems: Problems,
): Promise<void> {
  const locked = lockedVolumes.filter(([secret]) => made.includes(secret));
  if (locked.length === 0) return;
  const { stdout } = await run(["volume", "ls", "--quiet", "--filter", `name=${deployment.name}_`]);
  for (const [secret, volume] of locked) {
    const name = `${deployment.name}_${volume}`;
    problems.require(
      !stdout.split("\n").includes(name),
      secret,
      `is not in "${out}/.env", but the volume ${name} was made with it; put the old value back, choose another MLSTACK_NAME, or remove the volume and what is in it: docker volume rm ${name}`,
    );
  }
}

/** Makes the user's data folder, and says so when the container could not write into it. */
function prepareDataDirectory(deployment: MlflowDeployment, problems: Problems): void {
  const { dataDirectory, user } = deployment.trackingServer;
  if (!dataDirectory) return;
  const [uid, gid] = user.split(":").map(Number) as [number, number];
  try {
    const made = makeFolder(dataDirectory.path);
    if (made && process.getuid?.() === 0) chownSync(dataDirectory.path, uid, gid);
    const { uid: owner } = statSync(dataDirectory.path);
    problems.require(
      owner === uid,
      "MLSTACK_DATA_DIRECTORY",
      `"${dataDirectory.path}" must belong to user ${uid}, as whom the server runs; it belongs to ${owner}; run "sudo chown -R ${user} ${dataDirectory.path}", or name another folder`,
    );
  } catch (error) {
    problems.add(
      "MLSTACK_DATA_DIRECTORY",
      `must be a folder that can be made and written; "${dataDirectory.path}": ${(error as Error).message}`,
    );
  }
}
