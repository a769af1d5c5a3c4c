import { execaSync } from "execa";
import { appendFileSync } from "node:fs";
import { describe, test } from "vitest";
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
  if (reason === undefined) {
    describeWithDocker(name, body);
  } else if (process.env["CI"] === "true") {
    test(`${name} needs a second host`, () => {
      throw new Error(`${reason}; with CI=true it is required`);
    });
  } else {
    const note = process.env["MLSTACK_TEST_NOT_RUN"];
    if (note) appendFileSync(note, `end-to-end tests of ${name}: no second host: ${reason}\n`);
    describe.skip(name, body);
  }
}
