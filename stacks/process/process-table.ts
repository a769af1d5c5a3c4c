import { readFileSync } from "node:fs";
import { execaSync } from "execa";
import { isAlive } from "../tools/is-alive.js";

/** A running process, as the system knows it. */
export interface RunningProcess {
  /** Differs from any other process that ever has the same pid: when it was started. */
  readonly identity: string;
  readonly command: string;
}

/** The process of this pid, or undefined where none runs. */
export function inspectProcess(pid: number): RunningProcess | undefined {
  if (!isAlive(pid)) return undefined;
  switch (process.platform) {
    case "linux":
      return inspectLinux(pid);
    case "win32":
      return inspectWindows(pid);
    default:
      return inspectPosix(pid);
  }
}

/** @see https://man7.org/linux/man-pages/man5/proc_pid_stat.5.html */
function inspectLinux(pid: number): RunningProcess | undefined {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, "latin1");
    // The name in parentheses may hold spaces and parentheses; fields count from its end.
    const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
    const [state, ticks] = [fields[0], fields[19]];
    if (state === "Z" || state === "X" || ticks === undefined) return undefined;
    const boot = readFileSync("/proc/sys/kernel/random/boot_id", "latin1").trim();
    const command = readFileSync(`/proc/${pid}/cmdline`, "utf8").replaceAll("\0", " ").trim();
    return { identity: `${boot}:${ticks}`, command };
  } catch {
    // It ended between the two reads.
    return undefined;
  }
}

function inspectPosix(pid: number): RunningProcess | undefined {
  const { stdout, failed } = execaSync(
    "ps",
    ["-ww", "-o", "stat=,lstart=,command=", "-p", `${pid}`],
    { reject: false, env: { LC_ALL: "C", TZ: "UTC" } },
  );
  // `S+   Sat Nov 21 18:16:12 2026 /usr/bin/python …`
  const match = /^\s*(\S+)\s+(\S+\s+\S+\s+\d+\s+[\d:]+\s+\d+)\s+(.*)$/m.exec(stdout ?? "");
  if (failed || !match || match[1]?.startsWith("Z")) return undefined;
  return { identity: (match[2] ?? "").replace(/\s+/g, " "), command: match[3] ?? "" };
}

function inspectWindows(pid: number): RunningProcess | undefined {
  const query = `$p = Get-CimInstance Win32_Process -Filter 'ProcessId = ${pid}'; if ($p) { $p.CreationDate.ToFileTimeUtc(); $p.CommandLine }`;
  const { stdout, failed } = execaSync(
    "powershell.exe",
    ["-NoProfile", "-NonInteractive", "-Command", query],
    { reject: false },
  );
  const [identity = "", ...command] = (stdout ?? "").split(/\r?\n/);
  if (failed || !/^\d+$/.test(identity)) return undefined;
  return { identity, command: command.join(" ").trim() };
}
