import { parseComposeFile } from "../../compose-templates/index.js";
import { Problems, hostProfiles, type MlflowDeployment } from "../../constructs/mlflow/index.js";
import type { Generated } from "../generate/folder.js";
import type { Settings } from "../settings.js";
import { containerStates, type ContainerState } from "../tools/containers.js";
import { run, type Engine } from "../tools/docker.js";
import { readIfExists } from "../tools/files.js";
import { portProblem } from "../tools/port.js";
import { foreignProject, renamedProject } from "../tools/project.js";
import { selfCommand } from "../tools/self.js";
import { shellWord } from "../tools/shell-word.js";
import { prepareDataDirectory } from "./data-directory.js";
import { requireKnownVolumes } from "./known-volumes.js";
import {
  availableMemoryMiB,
  floor,
  requireCpus,
  requireDisk,
  requireMemory,
  requireVersion,
  runningGiB,
} from "./resources.js";

/**
 * Looks before anything is changed.
 *
 * @throws {ConfigError} with everything that would fail later, each with the setting to change
 */
export async function checkDockerHost(
  settings: Settings,
  generated: Generated,
  engine: Engine,
): Promise<void> {
  const problems = new Problems();
  const { deployment, out } = settings;
  requireVersion("Docker engine", engine.version, floor.engine, problems);
  requireVersion("Docker Compose", engine.composeVersion, floor.compose, problems);
  requireCpus(deployment, engine.cpus, "this one", problems);
  const own = await requireProject(settings, problems);
  const server = await runningServer(out);
  const { bindAddress, port } = deployment.trackingServer;
  // What has a name that is not the folder's may well have its port too.
  if (own && engine.sharesHost && !server?.published.includes(`${bindAddress}:${port}`)) {
    const taken = await portProblem({ host: bindAddress, port });
    if (taken) problems.add(taken.path, taken.problem);
  }
  if (!server) {
    const [memory, where] = engine.sharesKernel
      ? [availableMemoryMiB(), "this machine"]
      : [engine.memoryMiB, "the engine's machine in all"];
    requireMemory(deployment, memory, where, problems);
  }
  await requireSpace(deployment, generated, engine, server !== undefined, problems);
  if (own) await requireKnownVolumes(settings, generated.made, problems);
  // Nothing is made while something else is wrong.
  problems.throwIfAny();
  if (engine.sharesHost) prepareDataDirectory(deployment, engine.sharesKernel, problems);
  problems.throwIfAny();
}

/** @returns whether what the engine has under this name is the folder's own */
async function requireProject(
  { deployment, out, topology }: Settings,
  problems: Problems,
): Promise<boolean> {
  const command = `${selfCommand()} down ${topology} --out ${shellWord(out)}`;
  const found = [
    await foreignProject(out, deployment.name),
    await renamedProject(out, deployment.name, command),
  ].filter((problem) => problem !== undefined);
  for (const { path, problem } of found) problems.add(path, problem);
  return found.length === 0;
}

async function runningServer(out: string): Promise<ContainerState | undefined> {
  if (readIfExists(`${out}/docker-compose.yml`) === undefined) return undefined;
  return (await containerStates(out)).find(
    ({ service, state }) => service === "tracking-server" && state === "running",
  );
}

async function requireSpace(
  deployment: MlflowDeployment,
  generated: Generated,
  engine: Engine,
  runs: boolean,
  problems: Problems,
): Promise<void> {
  const complete = runs && (await hasImages(generated));
  const least = complete ? runningGiB : hostProfiles[deployment.profile].minimum.diskGiB;
  if (engine.sharesKernel) {
    const hint = "remove something (docker system df shows what Docker holds there)";
    await requireDisk(deployment, { path: engine.root, least, hint }, problems);
  }
  const { dataDirectory } = deployment.trackingServer;
  if (!dataDirectory || !engine.sharesHost) return;
  const setting = "MLSTACK_DATA_DIRECTORY";
  const need = { path: dataDirectory.path, least, setting, hint: "remove something" };
  await requireDisk(deployment, need, problems);
}

/** Whether the engine has every image of the Compose file that is about to be written. */
async function hasImages({ files }: Generated): Promise<boolean> {
  const text = files.find(({ path }) => path === "docker-compose.yml")?.text ?? "";
  const services = Object.values(parseComposeFile(text)?.services ?? {});
  const images = [...new Set(services.map(({ image }) => image))];
  return (await run(["image", "inspect", "--format", "{{.Id}}", ...images])).exitCode === 0;
}
