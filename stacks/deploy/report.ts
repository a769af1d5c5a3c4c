import { existsSync } from "node:fs";
import { join, relative } from "node:path";
import pc from "picocolors";
import { sshByHand } from "../../constructs/docker/host.js";
import type { StackSession } from "../stack/session.js";
import { isLoopback } from "../tools/listener.js";
import { settingsFileName } from "../settings.js";
import { selfCommand } from "../tools/self.js";
import { pythonLines } from "../up/report.js";
import type { Proof } from "./prove.js";

/** What runs where, and how to use it. */
export function printReport({ settings }: StackSession, title: string, proof: Proof): void {
  const { deployment, out, stack, host, state } = settings;
  const { login, bindAddress, port, dataDirectory } = deployment.trackingServer;
  const folder = relative(process.cwd(), out) || ".";
  const lines = ["", pc.bold(`MLflow answers at ${proof.url}`)];
  if (proof.kind !== "public") {
    lines.push(pc.yellow(`  from here  not yet: ${proof.problem}`));
    if (proof.kind === "unreachable") {
      lines.push("             the server works there; see to its name, firewall or proxy");
    }
    if (host.kind === "ssh" && isLoopback(bindAddress)) {
      lines.push(`  tunnel     ${sshByHand(host)} -N -L ${port}:${bindAddress}:${port}`);
      lines.push("  or         deploy with --listen and an address of that machine");
    }
  }
  if (login) {
    lines.push(
      `  login      ${login.adminUsername}, password: MLFLOW_AUTH_ADMIN_PASSWORD in ${join(folder, ".env")}`,
    );
  }
  lines.push(`  host       ${title}`);
  lines.push(`  data       ${dataDirectory?.path ?? `Docker volumes ${deployment.name}_*-data`}`);
  const files = [
    ".env",
    ...(existsSync(join(out, settingsFileName)) ? [settingsFileName] : []),
    ...(state.kind === "local" ? ["terraform.tfstate"] : []),
  ];
  lines.push(`  keep safe  ${files.join(", ").replace(/, ([^,]+)$/, " and $1")} of ${folder}`);
  lines.push("", "In Python:", ...pythonLines(settings), "");
  lines.push(pc.dim(`${selfCommand()} plan|deploy|destroy|output ${stack}`), "");
  console.log(lines.join("\n"));
}
