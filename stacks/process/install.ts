import { readdirSync, rmSync } from "node:fs";
import { basename, dirname, join } from "node:path";
import { execa } from "execa";
import { writeFileAtomically } from "../tools/files.js";
import type { ProcessContext } from "./context.js";
import { stepFailed } from "./failure.js";
import type { Python } from "./python.js";
import { uvEnvironment } from "./uv.js";

/** One environment to make. */
export interface Installation {
  readonly context: Pick<ProcessContext, "report" | "signal">;
  readonly base: Python;
  /** Use uv instead of `venv` and pip. */
  readonly uv: boolean;
  readonly directory: string;
  /** The environment's own interpreter, once it is made. */
  readonly python: string;
  readonly lock: string;
}

/** Settings of pip, uv and Python that would send packages elsewhere than into the environment. */
const misleading = [
  "PYTHONHOME",
  "PYTHONPATH",
  "PIP_CONSTRAINT",
  "PIP_NO_BINARY",
  "PIP_PREFIX",
  "PIP_REQUIRE_VIRTUALENV",
  "PIP_TARGET",
  "PIP_USER",
  "UV_CONSTRAINT",
  "UV_NO_BINARY",
  "UV_OVERRIDE",
  "UV_SYSTEM_PYTHON",
  "VIRTUAL_ENV",
] as const;

/** Makes the environment and puts every locked package into it. Resolves and compiles nothing. */
export async function installEnvironment(installation: Installation): Promise<void> {
  const { context, base, uv, directory, python, lock } = installation;
  const requirements = join(directory, "requirements.lock");
  const locked = ["--no-deps", "--require-hashes", "--only-binary", ":all:", "-r", requirements];
  context.report?.(`Python ${base.version}: making the environment with ${uv ? "uv" : "pip"}`);
  if (uv) {
    await run("uv venv", "uv", ["venv", "--python", base.executable, directory], installation);
    writeFileAtomically(requirements, lock, 0o644);
    const words = ["pip", "install", "--python", python, "--compile-bytecode", ...locked];
    await run("uv pip install", "uv", words, installation);
  } else {
    await run("python -m venv", base.executable, ["-m", "venv", directory], installation);
    writeFileAtomically(requirements, lock, 0o644);
    const words = ["-m", "pip", "install", "--no-input", "--disable-pip-version-check", ...locked];
    await run("pip install", python, words, installation);
  }
  removeScripts(python);
}

/** They name the folder in which they were made, which is about to be renamed. */
function removeScripts(python: string): void {
  const directory = dirname(python);
  for (const name of readdirSync(directory)) {
    if (!/^python[\w.]*$/i.test(basename(name))) {
      rmSync(join(directory, name), { recursive: true, force: true });
    }
  }
}

async function run(
  step: string,
  program: string,
  args: readonly string[],
  { context, uv }: Installation,
): Promise<void> {
  const environment = Object.fromEntries(
    Object.entries(process.env).filter(
      ([name]) => !(misleading as readonly string[]).includes(name),
    ),
  );
  const result = await execa(program, args, {
    env: { ...environment, ...uvEnvironment(environment) },
    extendEnv: false,
    reject: false,
    all: true,
    stdin: "ignore",
    ...(context.signal && { cancelSignal: context.signal }),
  });
  if (!result.failed) return;
  context.signal?.throwIfAborted();
  const mirror = uv ? "UV_DEFAULT_INDEX" : "PIP_INDEX_URL";
  throw stepFailed(
    step,
    withoutCredentials(result.all || (result.shortMessage ?? "")),
    `Check the network and the disk, set ${mirror} if packages come from a mirror, and run the command again; or use --runtime docker.`,
  );
}

/** A mirror's URL may hold a password. */
const withoutCredentials = (text: string): string => text.replace(/\/\/[^/\s@]*@/g, "//***@");
