import { mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { homedir, tmpdir } from "node:os";
import { join } from "node:path";
import { readIfExists } from "../tools/files.js";
import { parseJson, run, whyFailed } from "../tools/docker.js";

export interface Login {
  /** Host name of the registry. */
  readonly registry: string;
  readonly username: string;
  readonly password: string;
}

/**
 * Logs in for as long as `work` takes, in a folder of its own: the user's `config.json` is read and
 * not written, and the password is in no argument and no keychain.
 *
 * @param work - gets the environment that `docker` is logged in with
 */
export async function withLogin<T>(
  { registry, username, password }: Login,
  work: (environment: NodeJS.ProcessEnv) => Promise<T>,
): Promise<T> {
  const folder = mkdtempSync(join(tmpdir(), "mlstack-login-"));
  const remove = () => rmSync(folder, { recursive: true, force: true });
  // Also when Ctrl-C ends the program in the middle.
  process.once("exit", remove);
  try {
    prepare(folder, registry);
    const environment = { ...process.env, DOCKER_CONFIG: folder };
    const words = ["login", "--username", username, "--password-stdin", registry];
    const asked = await run(words, {
      env: environment,
      stdin: "pipe",
      input: password,
      timeout: 60_000,
    } as const);
    if (asked.exitCode !== 0) throw new Error(`login to ${registry} failed: ${whyFailed(asked)}`);
    return await work(environment);
  } finally {
    remove();
    process.off("exit", remove);
  }
}

/** The user's engine, and nothing else of the user's. */
function prepare(folder: string, registry: string): void {
  const own = process.env["DOCKER_CONFIG"] || join(homedir(), ".docker");
  const config = parseJson(readIfExists(join(own, "config.json")) ?? "{}") ?? {};
  const { currentContext } = config;
  const settings = {
    // Without an entry `docker login` would pick the keychain of the system.
    auths: { [registry]: {} },
    ...(typeof currentContext === "string" && { currentContext }),
  };
  writeFileSync(join(folder, "config.json"), JSON.stringify(settings), { mode: 0o600 });
  symlinkSync(join(own, "contexts"), join(folder, "contexts"), "junction");
}
