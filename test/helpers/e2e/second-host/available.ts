import { execaSync } from "execa";
import { describeWhere } from "../../requirement.js";
import { describeWithDocker } from "../engine.js";

const programs = [
  "dockerd",
  "/usr/sbin/sshd",
  "ssh",
  "ssh-keygen",
  "ip",
  "iptables",
  "unshare",
  "nsenter",
  "flock",
  "ps",
];

/** Why no second host can be made here, or undefined where it can. */
function missing(): string | undefined {
  if (process.platform !== "linux") return "it is made of Linux namespaces";
  if (process.getuid?.() !== 0) return "only root can make one";
  const absent = programs.filter((program) => {
    const words = ["-c", 'command -v "$1"', "sh", program];
    return execaSync("sh", words, { reject: false }).exitCode !== 0;
  });
  return absent.length === 0 ? undefined : `there is no ${absent.join(", ")}`;
}

/** Tests that need a second host, and a Docker engine here too. Treated as `describeWithDocker` does. */
export function describeWithSecondHost(name: string, body: () => void): void {
  const reason = missing();
  if (reason === undefined) return describeWithDocker(name, body);
  const note = `end-to-end tests of ${name}: no second host: ${reason}`;
  describeWhere(name, { missing: reason, needs: "a second host", note }, body);
}
