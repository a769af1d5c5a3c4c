import { execa, type Options } from "execa";
import { mkdirSync } from "node:fs";
import { userInfo } from "node:os";
import { join } from "node:path";
import {
  dockerCommand,
  remoteCommand,
  sshWords,
  type DockerHost,
} from "../../constructs/docker/host.js";
import { run, type Ran } from "../tools/docker.js";

/**
 * Runs `docker` on the host and never throws; the caller knows what a failure means. A command that
 * is told to end does so here at once; on a host over ssh it may go on until it next prints.
 */
export function runOnHost(
  host: DockerHost,
  words: readonly string[],
  options: Options = {},
): Promise<Ran> {
  const { file, args } = dockerCommand(host, words);
  return file === "ssh" ? runQuietly("ssh", args, options) : run(args, withInput(options));
}

/**
 * Runs a POSIX shell script on the host, with `positional` as `$1` and so on, and never throws.
 *
 * @returns undefined for an engine over TCP, whose machine runs nothing else for us
 */
export function shellOnHost(
  host: DockerHost,
  script: string,
  positional: readonly string[] = [],
  options: Options = {},
): Promise<Ran> | undefined {
  if (host.kind === "tcp") return undefined;
  const words = ["-c", script, "sh", ...positional];
  return host.kind === "ssh"
    ? runQuietly("ssh", [...sshWords(host), remoteCommand(["sh", ...words])], options)
    : runQuietly("sh", words, options);
}

/** The same host over a connection of its own, which ends with its command and tells all. */
export const unshared = (host: DockerHost): DockerHost =>
  host.kind === "ssh"
    ? {
        ...host,
        sshOptions: ["-o", "ControlMaster=no", "-o", "ControlPath=none", ...host.sshOptions],
      }
    : host;

/** Where ssh keeps the socket of a shared connection; it makes no folder for that, and fails. */
function makeSshFolder(): void {
  try {
    // As ssh finds it, whatever HOME says.
    mkdirSync(join(userInfo().homedir, ".ssh"), { mode: 0o700 });
  } catch {
    // It is there, or ssh says what is wrong.
  }
}

/** Milliseconds in which the output of a command that ended, or was told to, may end too. */
const patience = 1000;

async function runQuietly(file: string, args: readonly string[], options: Options): Promise<Ran> {
  if (file === "ssh") makeSshFolder();
  const running = execa(file, args, { ...withInput(options), reject: false });
  // ssh before 8.5 leaves one behind for the next command, which holds the output open.
  const letGo = () =>
    setTimeout(() => {
      running.stdout?.destroy();
      running.stderr?.destroy();
    }, patience).unref();
  let ended: number | undefined;
  running.once("exit", (code) => {
    ended = code ?? undefined;
    letGo();
  });
  options.cancelSignal?.addEventListener("abort", letGo, { once: true });
  const result = await running;
  options.cancelSignal?.removeEventListener("abort", letGo);
  const text = (output: unknown) => (typeof output === "string" ? output : "");
  return {
    exitCode: result.exitCode ?? ended,
    stdout: text(result.stdout),
    stderr: text(result.stderr),
    // Another code only tells that the output was let go of.
    code: result.code === "ENOENT" ? result.code : undefined,
  };
}

const withInput = (options: Options): Options =>
  options.stdio === undefined && options.input === undefined
    ? { stdin: "ignore", ...options }
    : options.input === undefined
      ? options
      : { stdin: "pipe", ...options };
