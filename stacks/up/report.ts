import { join, relative } from "node:path";
import pc from "picocolors";
import { clientEnvironment } from "../../compose-templates/index.js";
import type { Settings } from "../settings.js";
import { containerStates } from "../tools/containers.js";
import { selfCommand } from "../tools/self.js";
import type { ChosenRuntime } from "./choose-runtime.js";
import { tunnelCommand } from "./server-url.js";

/** What is running where, and how to use it. */
export async function printReport(settings: Settings, runtime: ChosenRuntime): Promise<void> {
  const { deployment, out, topology } = settings;
  const { bindAddress, port, publicUrls, login, dataDirectory } = deployment.trackingServer;
  const folder = relative(process.cwd(), out) || ".";
  const flag = settings.out.endsWith(join("mlflow", topology)) ? "" : ` --out ${folder}`;
  const lines: string[] = ["", pc.bold(`MLflow answers at ${publicUrls[0]}`)];
  if (login) {
    lines.push(
      `  login      ${login.adminUsername}, password: MLFLOW_AUTH_ADMIN_PASSWORD in ${join(folder, ".env")}`,
    );
  }
  const tunnel = await tunnelCommand({ host: bindAddress, port }, runtime);
  if (tunnel !== undefined) lines.push(`  from here  while this runs: ${tunnel}`);
  if (runtime.name === "docker") {
    const states = await containerStates(out);
    const running = states.filter(({ state }) => state === "running").map(({ service }) => service);
    lines.push(`  containers ${running.join(", ")} (project ${deployment.name})`);
    lines.push(`  data       ${dataDirectory?.path ?? `Docker volumes ${deployment.name}_*`}`);
  } else {
    const { lingers, processStatus } = await import("../process/index.js");
    const status = processStatus(out);
    lines.push(
      `  process    ${status.pid ?? "under systemd"}, log ${relative(process.cwd(), status.log ?? "")}`,
    );
    lines.push(`  data       ${dataDirectory?.path ?? join(folder, "data")}`);
    if (status.unit !== undefined) {
      const also = (await lingers())
        ? "at boot"
        : "at login; at boot too after: loginctl enable-linger";
      lines.push(`  systemd    ${status.unit}, which starts ${also}`);
    }
  }
  lines.push("", "In Python:", ...pythonLines(settings), "");
  lines.push(pc.dim(`${selfCommand()} status|logs|down ${topology}${flag}`), "");
  console.log(lines.join("\n"));
}

/** The three lines that a Python user needs. */
export function pythonLines({ deployment }: Pick<Settings, "deployment">): readonly string[] {
  const environment = clientEnvironment(deployment);
  const password =
    environment["MLFLOW_TRACKING_USERNAME"] === undefined ? {} : { MLFLOW_TRACKING_PASSWORD: "…" };
  const settings = Object.entries({ ...environment, ...password })
    .map(([name, value]) => `${name}="${value}"`)
    .join(", ");
  return [
    "  import os, mlflow",
    `  os.environ.update(${settings})`,
    '  with mlflow.start_run(): mlflow.log_metric("hello", 1)',
  ];
}
