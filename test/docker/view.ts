import type { ComposeFile } from "../../compose-templates/index.js";
import type { AnyService } from "../compose/assertions.js";
import {
  dockerImages,
  resourcesOf,
  unescaped,
  type Block,
  type Configuration,
} from "../helpers/docker-target.js";
import { commandsOf, dockerRun, serviceOfRun } from "./docker-run.js";

/**
 * What a configuration makes on the host, in the words of a Compose file, so that the same
 * assertions hold for both. A reference that is left in a text is shown as it is, and with that a
 * secret that went where it must not.
 */
export function composeView(file: Configuration): ComposeFile {
  const plain = unescaped(file);
  const containers = Object.values(resourcesOf(plain, "docker_container")).map((block) => [
    roleOf(Object.fromEntries(block.labels.map(({ label, value }: Block) => [label, value]))),
    serviceOfContainer(block, plain),
  ]);
  // Provisioners have a layer of JSON more, and take their own texts apart.
  const jobs = Object.values(resourcesOf(file, "terraform_data")).flatMap((block) => {
    const run = dockerRun(block);
    if (!run) return [];
    const service = serviceOfRun(run, file);
    return [[roleOf(service["labels"] as Record<string, string>), service]];
  });
  const services = Object.fromEntries([...containers, ...jobs]) as Record<string, AnyService>;
  for (const service of Object.values(services)) hideRevision(service);
  return { name: "", services } as unknown as ComposeFile;
}

const roleOf = (labels: Record<string, string>): string => labels["mlflow-stacks.role"] ?? "";

/** The one reference that a label may have; it says nothing of a secret. */
function hideRevision(service: AnyService): void {
  const labels = service["labels"] as Record<string, string>;
  for (const [label, value] of Object.entries(labels)) {
    if (/^\$\{local\.[a-z-]+-secrets\}$/.test(value))
      labels[label] = "${MLSTACK_SECRETS_REVISION:-}";
  }
}

/** Attributes that would open a container to its host, by Compose's name. */
const opening: Readonly<Record<string, string>> = {
  privileged: "privileged",
  pid_mode: "pid",
  ipc_mode: "ipc",
  userns_mode: "userns_mode",
  devices: "devices",
  cgroupns_mode: "cgroup",
};

function serviceOfContainer(block: Block, file: Configuration): AnyService {
  const image = /^\$\{(docker_image\.[^.]+)\.image_id\}$/.exec(block.image)?.[1];
  const update = commandsOf(block).find(([verb]) => verb === "update") ?? [];
  const limits = (block.ulimit ?? []).map(({ name, hard }: Block) => [name, hard]);
  const found = Object.entries(opening).filter(([name]) => block[name] !== undefined);
  const service = {
    image: (image && dockerImages(file)[image]) ?? block.image,
    command: block.command,
    user: block.user,
    environment: Object.fromEntries(
      (block.env ?? []).map((entry: string) => /^([^=]*)=([^]*)$/.exec(entry)?.slice(1)),
    ),
    labels: Object.fromEntries(block.labels.map(({ label, value }: Block) => [label, value])),
    volumes: (block.mounts ?? []).concat((block.volumes ?? []).map(mountOfVolume)),
    tmpfs: Object.entries(block.tmpfs ?? {}).map(([path, options]) => `${path}:${options}`),
    ...(block.network_mode !== "bridge" && { network_mode: block.network_mode }),
    read_only: block.read_only,
    cap_drop: block.capabilities?.drop,
    ...(block.capabilities?.add && { cap_add: block.capabilities.add }),
    security_opt: block.security_opts?.map((option: string) => option.replace("=", ":")),
    mem_limit: block.memory === undefined ? undefined : `${block.memory}m`,
    cpus: Number(block.cpus),
    pids_limit: Number(update[update.indexOf("--pids-limit") + 1]),
    ulimits: Object.fromEntries(limits),
    ...(block.healthcheck && {
      healthcheck: {
        test: block.healthcheck.test,
        start_period: `${seconds(block.healthcheck.start_period)}s`,
      },
    }),
    restart: block.restart,
    ...(block.log_opts && { logging: { driver: block.log_driver, options: block.log_opts } }),
    ports: (block.ports ?? []).map(
      ({ ip, external, internal }: Block) =>
        `${ip?.includes(":") ? `[${ip}]` : (ip ?? "")}:${external}:${internal}`,
    ),
    ...Object.fromEntries(found.map(([name, key]) => [key, block[name]])),
  };
  return service as unknown as AnyService;
}

/** A `volumes` block of the provider; the project writes `mounts` alone. */
const mountOfVolume = ({ host_path: path, container_path: target }: Block) => ({
  type: path === undefined ? "volume" : "bind",
  source: path ?? "",
  target,
});

/** `1m30s` of Go. */
function seconds(duration: string): number {
  const [, minutes = "0", rest = "0"] = /^(?:(\d+)m)?(?:(\d+)s)?$/.exec(duration) ?? [];
  return Number(minutes) * 60 + Number(rest);
}
