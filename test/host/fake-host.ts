import { chmodSync, existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterAll, beforeEach, vi } from "vitest";

/** What `docker` of a host that is none prints, by the words that it begins with. */
export interface FakeHost {
  /** Shell lines of `ssh` instead of the command; none: it runs it here. */
  readonly ssh?: string;
  /** Shell lines by the beginning of docker's words. */
  readonly docker?: Readonly<Record<string, string>>;
}

export const dockerInfo = {
  ServerVersion: "27.5.1",
  Name: "n100",
  NCPU: 4,
  MemTotal: 16 * 2 ** 30,
  Architecture: "x86_64",
  OperatingSystem: "Debian GNU/Linux 12",
  DockerRootDir: "/",
  SystemTime: "",
};

const quoted = (text: string): string => `'${text.replaceAll("'", "'\\''")}'`;

/** Shell lines that print these. */
export const print = (...lines: readonly unknown[]): string =>
  lines.length === 0
    ? ":"
    : `printf '%s\\n' ${lines.map((line) => quoted(typeof line === "string" ? line : JSON.stringify(line))).join(" ")}`;

/** `info` with a clock so many seconds from ours. */
export const infoAt = (seconds: number, changes: object = {}): string =>
  print({
    ...dockerInfo,
    SystemTime: new Date(Date.now() + seconds * 1000).toISOString(),
    ...changes,
  });

/** Makes `ssh` and `docker` on PATH what each test says. */
export function fakeHost(): {
  become(host: FakeHost): void;
  /** Words of each `ssh`, joined by spaces. */
  asked(): readonly string[];
} {
  const bin = mkdtempSync(join(tmpdir(), "mlstack-host-"));
  const log = join(bin, "log");
  beforeEach(() => {
    rmSync(log, { force: true });
    vi.stubEnv("PATH", `${bin}:${dirname(process.execPath)}:/usr/bin:/bin`);
    vi.stubEnv("DOCKER_HOST", undefined);
  });
  afterAll(() => {
    vi.unstubAllEnvs();
    rmSync(bin, { recursive: true, force: true });
  });
  const script = (name: string, ...lines: readonly string[]) => {
    writeFileSync(join(bin, name), ["#!/bin/sh", ...lines, ""].join("\n"));
    chmodSync(join(bin, name), 0o755);
  };
  const become = ({ ssh, docker = {} }: FakeHost): void => {
    const run = [
      "for last; do :; done",
      "export SSH_CONNECTION='10.0.0.2 50000 10.0.0.7 22'",
      'exec sh -c "$last"',
    ];
    script("ssh", `printf '%s\\n' "$*" | head -n 1 >> ${quoted(log)}`, ...(ssh ? [ssh] : run));
    const defaults = { info: infoAt(0), version: "echo amd64", ps: ":", network: ":", volume: ":" };
    const cases = Object.entries({ ...defaults, ...docker })
      .sort(([a], [b]) => b.length - a.length)
      .map(([words, lines]) => `"${words} "*) ${lines} ;;`);
    script("docker", 'case "$* " in', ...cases, "esac");
  };
  const asked = () => (existsSync(log) ? readFileSync(log, "utf8").trim().split("\n") : []);
  return { become, asked };
}
