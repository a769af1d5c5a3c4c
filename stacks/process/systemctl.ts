import { execa, execaSync } from "execa";
import { userInfo } from "node:os";
import { ConfigError } from "../../constructs/mlflow/index.js";
import { stepFailed } from "./failure.js";

/**
 * Asks the user's own systemd.
 *
 * @throws {ConfigError} where there is none
 */
export async function systemctl(...args: readonly string[]): Promise<string> {
  const result = await execa("systemctl", ["--user", ...args], {
    reject: false,
    all: true,
    stdin: "ignore",
  });
  if (!result.failed) return result.stdout;
  const output = result.all ?? "";
  if (result.exitCode === undefined || /connect to (the )?(user scope )?bus/i.test(output)) {
    throw new ConfigError([
      {
        path: "systemd",
        problem:
          'needs a user session of systemd, which "systemctl --user status" does not reach here; log in as this user (not with su or sudo), or start without the unit',
      },
    ]);
  }
  const next = 'See "systemctl --user status" and "journalctl --user -e"; run the command again.';
  throw stepFailed(`systemctl --user ${args.join(" ")}`, output, next);
}

/** @throws {ConfigError} where the user's own systemd can't be reached; changes nothing */
export async function requireSystemd(): Promise<void> {
  await systemctl("show-environment");
}

/** The pid of the unit's program, or undefined where it does not run. */
export function unitPid(unit: string): number | undefined {
  const { stdout, failed } = execaSync(
    "systemctl",
    ["--user", "show", "--property=MainPID", "--value", unit],
    { reject: false },
  );
  const pid = Number(stdout);
  return !failed && Number.isInteger(pid) && pid > 0 ? pid : undefined;
}

/** Stops the unit until it is started again. */
export async function stopUnit(unit: string): Promise<void> {
  await systemctl("stop", unit);
}

/** Whether the user's systemd starts at boot and not only at login. */
export async function lingers(): Promise<boolean> {
  const { stdout, failed } = await execa(
    "loginctl",
    ["show-user", userInfo().username, "--property=Linger", "--value"],
    { reject: false, stdin: "ignore", timeout: 10_000 },
  );
  return !failed && stdout.trim() === "yes";
}
