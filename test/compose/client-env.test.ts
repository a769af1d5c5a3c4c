import { expect, test } from "vitest";
import { formatClientEnv, formatClientPowerShell } from "../../compose-templates/index.js";
import { resolveDeployment } from "../../constructs/mlflow/index.js";
import { localhostFiles, remoteServer } from "../helpers/deployments.js";

const note =
  "# set MLFLOW_TRACKING_PASSWORD too; the admin's first one is in .env as MLFLOW_AUTH_ADMIN_PASSWORD\n";

const hint = "# In a shell: set -a; . ./client.env; set +a\n";

test("a client without a login needs the URI alone", () => {
  const deployment = resolveDeployment(localhostFiles({ trackingServer: { port: 5001 } }));
  expect(formatClientEnv(deployment)).toBe(
    `${hint}# What an MLflow client needs.\nMLFLOW_TRACKING_URI=http://127.0.0.1:5001\n`,
  );
});

test("a client with a login gets its name, and is told where the password is", () => {
  const publicUrls = ["https://mlflow.example.com", "http://n100.lan:5000"];
  const deployment = resolveDeployment(remoteServer({ trackingServer: { publicUrls } }));
  expect(formatClientEnv(deployment)).toBe(
    `${hint}# What an MLflow client needs.\nMLFLOW_TRACKING_URI=https://mlflow.example.com\nMLFLOW_TRACKING_USERNAME=admin\n${note}`,
  );
  expect(formatClientPowerShell(deployment)).toBe(
    `# What an MLflow client needs.\n$env:MLFLOW_TRACKING_URI = 'https://mlflow.example.com'\n$env:MLFLOW_TRACKING_USERNAME = 'admin'\n${note}`,
  );
});

test("an IPv6 address survives the shell", () => {
  const publicUrls = ["http://[fd00::1]:5000"];
  const deployment = resolveDeployment(remoteServer({ trackingServer: { publicUrls } }));
  expect(formatClientEnv(deployment)).toContain("MLFLOW_TRACKING_URI='http://[fd00::1]:5000'\n");
});
