import { hostProfiles, type ContainerSpec, type Mount } from "../mlflow/index.js";
import { labelsOf, openFiles, renderEnvironment, type RenderContext } from "./container-config.js";
import { containerName, networkName, volumeName } from "./names.js";
import { escapeTemplate } from "./resolver.js";

/**
 * A job, as the words of `docker run`. Not a `docker_container`: the provider ignores a job's exit
 * code, keeps what it printed in the state, and plans to run it again once `docker system prune`
 * has removed it.
 */
export function renderJob(job: ContainerSpec, context: RenderContext): readonly string[] {
  const { deployment, image, profile } = context;
  const { resources } = job;
  return [
    ...["run", "--rm", "--name", containerName(deployment, job.role)],
    // Secrets come in on standard input, which no inspection of the container shows.
    ...(job.secrets.length > 0 ? ["--interactive"] : []),
    ...Object.entries(labelsOf(job, context)).flatMap(([name, value]) => [
      "--label",
      `${name}=${value}`,
    ]),
    ...["--user", job.user],
    ...renderEnvironment(job).flatMap((entry) => ["--env", entry]),
    ...job.mounts.flatMap((mount) => ["--mount", renderMount(mount, deployment)]),
    ...job.tmpfs.flatMap(({ path, sizeMiB }) => ["--tmpfs", `${path}:size=${sizeMiB}m,mode=1777`]),
    ...renderNetwork(job, deployment),
    // Compose alone needs a writable root to bring secrets in.
    ...(job.readOnlyRoot || job.secrets.length > 0 ? ["--read-only"] : []),
    ...["--cap-drop", "ALL", "--security-opt", "no-new-privileges:true"],
    ...["--memory", `${resources.memoryMiB}m`, "--cpus", String(resources.cpus)],
    ...["--pids-limit", String(resources.pids), "--ulimit", `nofile=${openFiles}`],
    ...["--log-driver", "json-file", "--log-opt", `max-size=${hostProfiles[profile].logMiB}m`],
    ...["--log-opt", "max-file=3", "--stop-timeout", String(job.stopGraceSeconds)],
    image,
    ...job.command.map(escapeTemplate),
    ...(job.secrets.length > 0 ? ["-"] : []),
  ];
}

/** @throws {Error} for two networks: `docker run` joins one, and no job needs more */
function renderNetwork({ networks, role }: ContainerSpec, deployment: string): readonly string[] {
  const [network, ...others] = networks;
  if (others.length > 0) throw new Error(`bug: the job ${role} is on more than one network`);
  return ["--network", network === undefined ? "none" : networkName(deployment, network)];
}

/** One CSV record, in which a field with a comma or a quote is quoted. */
function renderMount({ source, path, readOnly }: Mount, deployment: string): string {
  const from =
    source.kind === "volume"
      ? ["type=volume", `source=${volumeName(deployment, source.name)}`]
      : ["type=bind", `source=${escapeTemplate(source.path)}`];
  const fields = [...from, `target=${path}`, ...(readOnly ? ["readonly"] : [])];
  return fields
    .map((field) => (/[",]/.test(field) ? `"${field.replaceAll('"', '""')}"` : field))
    .join(",");
}
