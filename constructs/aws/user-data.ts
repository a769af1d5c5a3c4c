import type { HostSecret } from "./host-secrets.js";

/** What the boot script is told. Values may be Terraform references, and none is secret. */
export interface BootSettings {
  readonly region: string;
  /** Of EC2: `vol-0123456789abcdef0`. */
  readonly volumeId: string;
  /** Of the volume. A larger one has a larger file system from the next boot on, not before. */
  readonly dataVolumeGiB: number;
  readonly bucket: string;
  /** Folder in the bucket, and what the files there must amount to. */
  readonly hash: string;
  readonly paths: readonly string[];
  readonly secrets: readonly HostSecret[];
  /** Secret of Secrets Manager that gets the admin's password; undefined: none does. */
  readonly adminPasswordSecret: string | undefined;
  /** Port of a database elsewhere, which may be at a private address; undefined: there is none. */
  readonly databasePort: number | undefined;
}

/** Path of the script among the files; the rest of them is fetched by it. */
export const startScript = "boot/start.sh";

const settingsPath = "/etc/mlflow-stacks.json";
const scriptPath = "/usr/local/sbin/mlflow-stacks-start";
const unitPath = "/etc/systemd/system/mlflow-stacks.service";

/**
 * At every boot, and again until it has worked: cloud-init runs an instance's script once, whether
 * it came to its end or not. Before the instance stops, so do the containers, in their own time.
 */
const unit = `[Unit]
Description=MLflow: packages, data volume, secrets, Compose files
Wants=network-online.target
After=network-online.target docker.service
StartLimitIntervalSec=0

[Service]
Type=oneshot
RemainAfterExit=yes
ExecStart=${scriptPath}
ExecStop=/usr/bin/docker compose --project-directory /opt/mlflow-stacks stop
TimeoutStartSec=45min
TimeoutStopSec=3min
Restart=on-failure
RestartSec=20
StandardOutput=journal+console
StandardError=journal+console

[Install]
WantedBy=multi-user.target
`;

/**
 * The instance's user data: at most 16 KB.
 *
 * @param script - text of `startScript`, as Terraform is to leave it
 */
export function renderUserData(script: string, settings: BootSettings): string {
  return [
    "#!/bin/bash",
    "set -eu",
    writeFile(settingsPath, "0644", `${JSON.stringify(settings)}\n`),
    writeFile(scriptPath, "0755", script),
    writeFile(unitPath, "0644", unit),
    "systemctl daemon-reload",
    "systemctl enable mlflow-stacks.service",
    "systemctl start --no-block mlflow-stacks.service",
    "",
  ].join("\n");
}

function writeFile(path: string, mode: string, text: string): string {
  const end = "END_OF_FILE";
  const write = `cat > '${path}.partial' <<'${end}'\n${text}${end}`;
  return `${write}\nchmod ${mode} '${path}.partial'\nmv '${path}.partial' '${path}'`;
}
