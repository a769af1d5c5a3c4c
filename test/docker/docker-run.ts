import {
  dockerImages,
  unescapeTemplate,
  type Block,
  type Configuration,
} from "../helpers/docker-target.js";
import type { AnyService } from "../compose/assertions.js";

/** `docker run` of a job, taken apart. */
export interface DockerRun {
  readonly flags: readonly (readonly [name: string, value: string])[];
  readonly image: string;
  readonly command: readonly string[];
}

/** Flags that take no value. */
const alone = ["--rm", "--interactive", "--read-only", "--privileged"];

/** Programs that a block's provisioner starts on the host, `docker` and its host left out. */
export function commandsOf(block: Block): readonly (readonly string[])[] {
  const provisioners = (block["provisioner"] ?? []) as Block[];
  return provisioners.flatMap((provisioner) => {
    const { environment = {} } = provisioner["local-exec"] as Block;
    const commands = JSON.parse(environment.MLSTACK_COMMANDS ?? "[]") as string[][];
    return commands.map((words) => dockerWords(words.map(unescapeTemplate)));
  });
}

/** Over ssh the last word is what a shell of the host reads: every word is in single quotes. */
function dockerWords([file, ...words]: readonly string[]): readonly string[] {
  if (file !== "ssh") return words[0] === "-H" ? words.slice(2) : words;
  const quoted = words.at(-1)?.match(/'(?:[^']|'\\'')*'(?= |$)/g) ?? [];
  const remote = quoted.map((word) => word.slice(1, -1).replaceAll("'\\''", "'"));
  if (remote[0] !== "docker") throw new Error(`not a command of docker: ${words.at(-1)}`);
  return remote.slice(1);
}

/** The job's `docker run`, undefined for a resource that is none. */
export function dockerRun(block: Block): DockerRun | undefined {
  const words = commandsOf(block).find(([verb]) => verb === "run");
  if (!words) return undefined;
  const flags: [string, string][] = [];
  let place = 1;
  while (words[place]?.startsWith("--")) {
    const name = words[place] ?? "";
    const value = alone.includes(name) ? "" : (words[place + 1] ?? "");
    flags.push([name, value]);
    place += alone.includes(name) ? 1 : 2;
  }
  return { flags, image: words[place] ?? "", command: words.slice(place + 1) };
}

/** The same as a service of Compose, for the assertions that both targets share. */
export function serviceOfRun(run: DockerRun, file: Configuration): AnyService {
  const all = (name: string) =>
    run.flags.flatMap(([flag, value]) => (flag === name ? [value] : []));
  const one = (name: string) => all(name)[0];
  const pairs = (name: string) => Object.fromEntries(all(name).map(split));
  const limits = pairs("--ulimit");
  const options: Record<string, unknown> = {
    image: dockerImages(file)[run.image] ?? run.image,
    command: run.command,
    user: one("--user"),
    environment: pairs("--env"),
    labels: pairs("--label"),
    volumes: all("--mount").map(mountOf),
    tmpfs: all("--tmpfs"),
    network_mode: one("--network"),
    read_only: all("--read-only").length > 0,
    cap_drop: all("--cap-drop"),
    security_opt: all("--security-opt"),
    mem_limit: one("--memory"),
    cpus: Number(one("--cpus")),
    pids_limit: Number(one("--pids-limit")),
    ulimits: { nofile: Number(limits["nofile"]) },
    logging: { driver: one("--log-driver"), options: pairs("--log-opt") },
    restart: one("--restart") ?? "no",
    ...(one("--cap-add") !== undefined && { cap_add: all("--cap-add") }),
    ...(one("--publish") !== undefined && { ports: all("--publish") }),
    ...(all("--privileged").length > 0 && { privileged: true }),
    ...(one("--pid") !== undefined && { pid: one("--pid") }),
    ...(one("--device") !== undefined && { devices: all("--device") }),
    ...(one("--health-cmd") !== undefined && { healthcheck: { test: all("--health-cmd") } }),
  };
  return options as unknown as AnyService;
}

const split = (text: string): [string, string] => {
  const at = text.indexOf("=");
  return [text.slice(0, at), text.slice(at + 1)];
};

/** A CSV record of `--mount`. */
function mountOf(record: string): Record<string, unknown> {
  const fields = record.match(/("(?:[^"]|"")*"|[^,]*)(?:,|$)/g) ?? [];
  const plain = fields.map((field) =>
    field
      .replace(/,$/, "")
      .replace(/^"([^]*)"$/, (_, inner: string) => inner.replaceAll('""', '"')),
  );
  const { readonly: readOnly, ...mount } = Object.fromEntries(
    plain.filter(Boolean).map((field) => (field === "readonly" ? [field, ""] : split(field))),
  ) as Record<string, string>;
  return { ...mount, ...(readOnly !== undefined && { read_only: true }) };
}
