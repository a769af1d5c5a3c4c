import { execa } from "execa";
import { mkdirSync, mkdtempSync, readFileSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { delimiter, join } from "node:path";

/** The home folder of somebody who works on the second host by ssh. */
export interface ClientHome {
  readonly home: string;
  readonly keyFile: string;
  readonly publicKey: string;
  readonly knownHostsFile: string;
  readonly sshConfigFile: string;
  /** For programs that run `ssh`. */
  readonly env: { readonly HOME: string; readonly PATH: string };
}

export async function makeClientHome(): Promise<ClientHome> {
  const home = mkdtempSync(join(tmpdir(), "mlstack-e2e-client-home-"));
  const folder = join(home, ".ssh");
  mkdirSync(folder, { mode: 0o700 });
  const keyFile = join(folder, "id_ed25519");
  const knownHostsFile = join(folder, "known_hosts");
  const sshConfigFile = join(folder, "config");
  await execa("ssh-keygen", ["-q", "-t", "ed25519", "-N", "", "-C", "e2e", "-f", keyFile]);
  writeFileSync(knownHostsFile, "", { mode: 0o600 });
  const lines = [
    "Host *",
    `  IdentityFile ${keyFile}`,
    "  IdentitiesOnly yes",
    `  UserKnownHostsFile ${knownHostsFile}`,
    "  GlobalKnownHostsFile none",
    "  StrictHostKeyChecking yes",
    "  BatchMode yes",
  ];
  writeFileSync(sshConfigFile, `${lines.join("\n")}\n`, { mode: 0o600 });
  const programs = join(home, "bin");
  mkdirSync(programs);
  // ssh looks for its config in the home of the passwd database, whatever HOME says. It hands `-F`
  // on to the ssh that it starts for a jump host.
  const wrapper = `#!/bin/sh\nexec /usr/bin/ssh -F '${sshConfigFile}' "$@"\n`;
  writeFileSync(join(programs, "ssh"), wrapper, { mode: 0o755 });
  return {
    home,
    keyFile,
    publicKey: readFileSync(`${keyFile}.pub`, "utf8").trim(),
    knownHostsFile,
    sshConfigFile,
    env: { HOME: home, PATH: `${programs}${delimiter}${process.env["PATH"] ?? ""}` },
  };
}
