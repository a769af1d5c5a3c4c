import { remoteCommand, type DockerHost } from "../../constructs/docker/host.js";
import type { Ran } from "../tools/docker.js";
import { inventoryWords } from "./inventory.js";
import { runOnHost, shellOnHost } from "./run.js";

/** What one command printed, by its name. */
export type Section =
  | "info"
  | "arch"
  | keyof typeof inventoryWords
  | "kernel"
  | "connection"
  | "memory"
  | "sockets"
  | "addresses"
  | "disk"
  | "endpoint"
  | "end";

/** What was printed on the host, and how that ended. */
export interface Survey {
  readonly ran: Ran;
  /** Whether a shell of the host, and not only its engine, answered. */
  readonly shell: boolean;
  /** Whether everything was asked: of a list cut short, what is missing seems not to be there. */
  readonly complete: boolean;
  readonly sections: ReadonlyMap<Section, string>;
}

const info = ["info", "--format", "{{json .}}"];
/** Of the engine itself: an engine for 32 bits runs on kernels for 64, and says so here alone. */
const arch = ["version", "--format", "{{.Server.Arch}}"];
const endpoint = ["context", "inspect", "--format", "{{.Endpoints.docker.Host}}"];

const mark = "@mlstack ";

/** The shell's script, because a connection takes longer than all of it. */
function script({ kind, url }: DockerHost): string {
  const docker = kind === "ssh" || url === undefined ? ["docker"] : ["docker", "-H", url];
  const command = (words: readonly string[]): string => remoteCommand([...docker, ...words]);
  const section = (name: Section, line: string): string => `say ${name}; ${line}`;
  return [
    `say() { printf '\\n${mark}%s\\n' "$1"; }`,
    section("kernel", "uname -s; uname -n"),
    section("connection", `printf '%s\\n' "$SSH_CONNECTION"`),
    section("memory", "cat /proc/meminfo 2>/dev/null"),
    section("sockets", "cat /proc/net/tcp /proc/net/tcp6 2>/dev/null"),
    section("addresses", "cat /proc/net/fib_trie /proc/net/if_inet6 2>/dev/null"),
    url === undefined ? section("endpoint", `${command(endpoint)} 2>/dev/null`) : ":",
    section("info", `info=$(${command(info)}); ended=$?; printf '%s\\n' "$info"`),
    `root=$(printf '%s\\n' "$info" | sed -n 's/.*"DockerRootDir":"\\([^"]*\\)".*/\\1/p')`,
    `[ -n "$root" ] || exit "$ended"`,
    section("disk", `[ -d "$root" ] && df -Pk "$root" 2>/dev/null`),
    section("arch", command(arch)),
    ...Object.entries(inventoryWords).map(([name, words]) =>
      section(name as Section, `${command(words)} || exit`),
    ),
    "say end",
  ].join("\n");
}

/** Asks the host everything in one go. Never throws. */
export async function surveyHost(host: DockerHost, timeout: number): Promise<Survey> {
  const ran = await shellOnHost(host, script(host), [], { timeout });
  if (!ran || (host.kind === "local" && ran.code === "ENOENT")) return askEngineOnly(host, timeout);
  const sections = new Map<Section, string>();
  for (const part of `\n${ran.stdout}`.split(`\n${mark}`).slice(1)) {
    const [, name = "", text = ""] = /^(\S+)\r?\n?([^]*)$/.exec(part) ?? [];
    sections.set(name as Section, text);
  }
  return { ran, shell: sections.has("kernel"), complete: sections.has("end"), sections };
}

/** Without a shell: over TCP, and on Windows. */
async function askEngineOnly(host: DockerHost, timeout: number): Promise<Survey> {
  const questions = Object.entries({ info, arch, ...inventoryWords });
  const answers = await Promise.all(
    questions.map(([, words]) => runOnHost(host, words, { timeout })),
  );
  const sections = questions.map(
    ([name], index) => [name as Section, answers[index]?.stdout ?? ""] as const,
  );
  const failed = answers.find(({ exitCode }) => exitCode !== 0);
  return {
    ran: failed ?? (answers[0] as Ran),
    shell: false,
    complete: !failed,
    sections: new Map(sections),
  };
}
