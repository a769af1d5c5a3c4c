import { deploymentLabel, ownerLabel, stackLabel } from "../../constructs/docker/names.js";
import { parseJson } from "../tools/docker.js";
import type { Listener } from "../tools/listener.js";
import { shortAddress } from "./proc-net.js";

/** Something on a host that has a name there. */
export interface Named {
  readonly id: string;
  readonly name: string;
  /** Of `mlflow-stacks.deployment`; empty: it has no such label. */
  readonly deployment: string;
  /** Of `mlflow-stacks.stack`. */
  readonly stack: string;
  /** Of `mlflow-stacks.owner`. */
  readonly owner: string;
  /** Compose project that made it. */
  readonly project: string;
  /** Folder of that project. */
  readonly folder: string;
}

/** A container, running or not. */
export interface HostContainer extends Named {
  /** `running`, `exited`, `created`, … */
  readonly state: string;
  readonly published: readonly Listener[];
}

/**
 * Whether its processes and its ports are there: a paused one keeps both, and one that fails and
 * starts again has them again at any moment.
 */
export const isAtWork = ({ state }: Pick<HostContainer, "state">): boolean =>
  state === "running" || state === "restarting" || state === "paused";

/** Everything on a host that has a name. */
export interface Inventory {
  readonly containers: readonly HostContainer[];
  readonly networks: readonly Named[];
  readonly volumes: readonly Named[];
}

const label = (name: string): string => `{{json (.Label "${name}")}}`;

const labels = [
  `"deployment":${label(deploymentLabel)}`,
  `"stack":${label(stackLabel)}`,
  `"owner":${label(ownerLabel)}`,
  `"project":${label("com.docker.compose.project")}`,
  `"folder":${label("com.docker.compose.project.working_dir")}`,
];

const row = (...fields: readonly string[]): string => `{${[...fields, ...labels].join(",")}}`;

/** Words of `docker` that list what is on a host: names and labels, no environments. */
export const inventoryWords = {
  containers: [
    ...["ps", "--all", "--no-trunc", "--format"],
    row(
      '"id":{{json .ID}}',
      '"name":{{json .Names}}',
      '"state":{{json .State}}',
      '"ports":{{json .Ports}}',
    ),
  ],
  networks: [
    ...["network", "ls", "--no-trunc", "--format"],
    row('"id":{{json .ID}}', '"name":{{json .Name}}'),
  ],
  volumes: ["volume", "ls", "--format", row('"id":{{json .Name}}', '"name":{{json .Name}}')],
} as const;

type Texts = Readonly<Record<keyof Inventory, string>>;

/** What docker printed for `inventoryWords`. */
export const readInventory = ({ containers, networks, volumes }: Texts): Inventory => ({
  containers: rows(containers).map((found) => ({
    ...named(found),
    state: String(found["state"] ?? ""),
    published: publishedPorts(String(found["ports"] ?? "")),
  })),
  networks: rows(networks).map(named),
  volumes: rows(volumes).map(named),
});

function rows(text: string): readonly Record<string, unknown>[] {
  return text.split("\n").flatMap((line) => {
    const row = parseJson(line);
    return row ? [row] : [];
  });
}

const named = (found: Record<string, unknown>): Named => ({
  id: String(found["id"] ?? ""),
  name: String(found["name"] ?? ""),
  deployment: String(found["deployment"] ?? ""),
  stack: String(found["stack"] ?? ""),
  owner: String(found["owner"] ?? ""),
  project: String(found["project"] ?? ""),
  folder: String(found["folder"] ?? ""),
});

/** `127.0.0.1:5000->5000/tcp, :::80-81->80-81/tcp, 9000/tcp`: those that the host listens on. */
export function publishedPorts(text: string): readonly Listener[] {
  return text.split(", ").flatMap((part) => {
    const match = /^(.+):(\d+)(?:-(\d+))?->.*\/tcp$/.exec(part);
    if (!match) return [];
    const [, address = "", first = "", last = first] = match;
    const host = shortAddress(address.replace(/^\[|\]$/g, ""));
    const count = Math.max(1, Number(last) - Number(first) + 1);
    return Array.from({ length: count }, (_, index) => ({ host, port: Number(first) + index }));
  });
}
