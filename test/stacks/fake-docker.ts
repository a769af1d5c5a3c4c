import { chmodSync, existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import type { RunOptions } from "./command.js";

/** What an engine that is none says of itself, and what it does. */
export interface FakeEngine {
  readonly operatingSystem?: string;
  readonly memoryMiB?: number;
  readonly endpoint?: string;
  /** Output folder of each container, by Compose project. */
  readonly containers?: Readonly<Record<string, string>>;
  readonly volumes?: readonly string[];
  /** Terraform stack of the containers, by name of the deployment. */
  readonly stacks?: Readonly<Record<string, string>>;
  /** Lines of `docker compose ps`. */
  readonly states?: readonly object[];
  /** Whether every image is there. @default true */
  readonly images?: boolean;
  /** Shell lines by word of `docker compose`, such as `up`; `info` is the engine's own. */
  readonly does?: Readonly<Record<string, string>>;
}

/** A `docker` command without an engine. */
export interface FakeDocker {
  readonly options: Required<Pick<RunOptions, "cwd" | "env">>;
  /** Makes it another engine. */
  become(engine: FakeEngine): void;
  /** Words of `docker compose` that were asked, such as `up`, and `rm` with its containers. */
  asked(): readonly string[];
}

/** @param cwd - an empty folder, in which `bin/docker` is made */
export function fakeDocker(cwd: string, engine: FakeEngine = {}): FakeDocker {
  const bin = join(cwd, "bin");
  mkdirSync(bin);
  const log = join(bin, "asked");
  const become = (next: FakeEngine): void => {
    writeFileSync(join(bin, "docker"), script(next, log));
    chmodSync(join(bin, "docker"), 0o755);
  };
  become(engine);
  const asked = () => (existsSync(log) ? readFileSync(log, "utf8").trim().split("\n") : []);
  const env = { PATH: `${bin}:${dirname(process.execPath)}:/usr/bin:/bin` };
  return { options: { cwd, env }, become, asked };
}

const quoted = (text: string): string => `'${text.replaceAll("'", "'\\''")}'`;

function script(engine: FakeEngine, log: string): string {
  const {
    memoryMiB = 8192,
    operatingSystem = "Debian",
    endpoint = "unix:///run/docker.sock",
  } = engine;
  const {
    containers = {},
    stacks = {},
    volumes = [],
    states = [],
    images = true,
    does = {},
  } = engine;
  const info = {
    ServerVersion: "28.0.0",
    NCPU: 8,
    MemTotal: memoryMiB * 2 ** 20,
    DockerRootDir: "/",
    OperatingSystem: operatingSystem,
  };
  const label = "label=com.docker.compose.project";
  const print = (lines: readonly string[]) =>
    lines.length === 0 ? ":" : `printf '%s\\n' ${lines.map(quoted).join(" ")}`;
  const byProject = Object.entries(containers).flatMap(([project, folder]) => [
    `*"ps --all --filter ${label}=${project} "*) ${print([folder])} ;;`,
    `*${quoted(`${label}.config_files=${folder}/docker-compose.yml `)}*) ${print([project])} ;;`,
  ]);
  const byStack = Object.entries(stacks).map(
    ([name, stack]) =>
      `"ps --all --filter label=mlflow-stacks.deployment=${name} "*) ${print([stack])} ;;`,
  );
  const projects = [...new Set(volumes.map((name) => name.split("_")[0] ?? ""))];
  const volumeLines = projects.flatMap((project) => {
    const names = volumes.filter((name) => name.startsWith(`${project}_`));
    return [
      `"volume ls --filter ${label}=${project} "*) ${print(names)} ;;`,
      `"volume ls "*"name=${project}_"*) ${print(names)} ;;`,
    ];
  });
  const verbs = Object.entries(does).map(([verb, lines]) =>
    verb === "info" ? "" : `"compose --project-directory "*" ${verb}"*) ${lines} ;;`,
  );
  return [
    "#!/bin/sh",
    `[ "$1" = compose ] && [ "$2" = --project-directory ] && echo "$6" >> ${quoted(log)}`,
    `[ "$1" = rm ] && echo "$*" >> ${quoted(log)}`,
    'case "$* " in',
    `"info "*) ${does["info"] ?? print([JSON.stringify(info)])} ;;`,
    `"compose version "*) echo 2.40.0 ;;`,
    `"context inspect "*) ${print([endpoint])} ;;`,
    `"image inspect "*) exit ${images ? 0 : 1} ;;`,
    ...verbs,
    ...byProject,
    ...byStack,
    ...volumeLines,
    `*" config --images "*) echo mlflow-stacks/tracking-server:test ;;`,
    `"compose --project-directory "*" ps "*) ${print(states.map((state) => JSON.stringify(state)))} ;;`,
    "esac",
    "",
  ].join("\n");
}
