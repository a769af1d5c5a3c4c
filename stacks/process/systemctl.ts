import { execa, execaSync } from "execa";
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
