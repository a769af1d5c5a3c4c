import { expect, test } from "vitest";
import { resolveDeployment } from "../../constructs/mlflow/index.js";
import { renderUnit, unitName } from "../../stacks/process/systemd.js";
import { loadAssets } from "../../constructs/image/load.js";
import { localhostDatabase } from "../helpers/deployments.js";

const context = {
  deployment: resolveDeployment(localhostDatabase({ name: "mine" })),
  out: '/srv/my "100%" ml',
  secrets: { MLFLOW_CRYPTO_KEK_PASSPHRASE: "canary".repeat(6) },
  assets: loadAssets(),
};

const lines = renderUnit(context, { python: "/cache/bin/python" }).split("\n");

test.skipIf(process.platform === "win32")("escapes percent signs, quotes and spaces", () => {
  const run = '"/srv/my \\"100%%\\" ml/tracking-server/run.py"';
  expect(lines).toContain('WorkingDirectory=/srv/my "100%%" ml/process');
  expect(lines).toContain('Environment="TMPDIR=/srv/my \\"100%%\\" ml/process/tmp"');
  expect(lines).toContain(`ExecStartPre=:"/cache/bin/python" ${run} "db-upgrade"`);
  expect(lines).toContain(
    `ExecStart=:"/cache/bin/python" ${run} "mlflow" "server" "--uvicorn-opts" "--timeout-graceful-shutdown 20 --timeout-keep-alive 620"`,
  );
  expect(lines).toContain('StandardOutput=append:/srv/my "100%%" ml/process/tracking-server.log');
});

test("starts again by itself, also after a boot", () => {
  expect(lines).toContain("Restart=always");
  expect(lines).toContain("WantedBy=default.target");
  expect(unitName(context)).toBe("mine.service");
});

test("holds no secret and each variable of the jobs", () => {
  expect(lines.join("\n")).not.toContain("canary");
  expect(
    lines.filter((line) => line.startsWith('Environment="MLFLOW_BACKEND_STORE_URI=')),
  ).toHaveLength(1);
});
