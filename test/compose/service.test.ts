import { describe, expect, test } from "vitest";
import { parse } from "yaml";
import {
  formatComposeFile,
  renderComposeFile,
  renderComposeFolder,
} from "../../compose-templates/index.js";
import {
  literal,
  planContainers,
  resolveDeployment,
  type ContainerPlan,
  type MlflowDeploymentProps,
} from "../../constructs/mlflow/index.js";
import { shortAssets } from "../helpers/assets.js";
import { localhostFiles, remoteServer } from "../helpers/deployments.js";
import { composeOf } from "../helpers/golden-cases.js";

const options = { image: "server:1", profile: "n100" } as const;

const server = (props: MlflowDeploymentProps) =>
  composeOf(resolveDeployment(props), shortAssets()).services["tracking-server"];

/** A plan whose one container has words that Compose would replace. */
function planWith(text: string): ContainerPlan {
  const plan = planContainers(resolveDeployment(localhostFiles()));
  return {
    ...plan,
    containers: plan.containers.map((container) => ({
      ...container,
      command: [text],
      environment: { A: [...literal(text), ...literal(text)] },
      healthCheck: container.healthCheck && { ...container.healthCheck, command: [text] },
      mounts: [{ source: { kind: "directory", path: text }, path: "/x", readOnly: true }],
    })),
  };
}

test("a dollar sign is doubled wherever Compose would replace it", () => {
  const file = renderComposeFile(planWith("/$HOME/${A}$$"), options);
  expect(file.services["tracking-server"]).toMatchObject({
    command: ["/$$HOME/$${A}$$$$"],
    environment: { A: "/$$HOME/$${A}$$$$/$$HOME/$${A}$$$$" },
    healthcheck: { test: ["CMD", "/$$HOME/$${A}$$$$"] },
    volumes: [{ type: "bind", source: "/$$HOME/$${A}$$$$", target: "/x", read_only: true }],
  });
});

test.each(["no", "on", "5:30", "1e3", "0o17", "0x1f", "", "~", "- a", "a: b", "#", "10000:10"])(
  "YAML 1.1 and 1.2 read the text %j as that text",
  (text) => {
    const yaml = formatComposeFile(renderComposeFile(planWith(text), options));
    for (const version of ["1.1", "1.2"] as const) {
      expect(parse(yaml, { version }).services["tracking-server"].command).toStrictEqual([text]);
    }
  },
);

describe("the published port", () => {
  test("has its host address", () => {
    expect(server(localhostFiles({ trackingServer: { port: 80 } }))?.ports).toStrictEqual([
      "127.0.0.1:80:5000",
    ]);
  });

  test("has an IPv6 address in brackets", () => {
    expect(server(localhostFiles({ trackingServer: { bindAddress: "::1" } }))?.ports).toStrictEqual(
      ["[::1]:5000:5000"],
    );
  });
});

test("a directory that is missing is not made", () => {
  const dataDirectory = { style: "windows", path: "E:/my runs" } as const;
  expect(server(localhostFiles({ trackingServer: { dataDirectory } }))?.volumes?.[0]).toStrictEqual(
    {
      type: "bind",
      source: "E:/my runs",
      target: "/data",
      bind: { create_host_path: false },
    },
  );
});

test("paths inside the container are absolute in each form", () => {
  expect(server(localhostFiles())?.environment).toMatchObject({
    MLFLOW_HOST: "0.0.0.0",
    MLFLOW_PORT: "5000",
    MLFLOW_BACKEND_STORE_URI: "file:///data/mlruns",
    MLFLOW_ARTIFACTS_DESTINATION: "file:///data/artifacts",
  });
});

test("only containers that read secrets are made anew when one changes", () => {
  const { services } = composeOf(resolveDeployment(remoteServer()), shortAssets());
  const labels = Object.values(services).map((service) => service.labels);
  expect(labels).toStrictEqual(
    labels.map(() => ({ "mlflow-stacks.secrets": "${MLSTACK_SECRETS_REVISION:-}" })),
  );
  expect(server(localhostFiles())).not.toHaveProperty("labels");
});

test("a transform has the last word on its service", () => {
  const text = renderComposeFolder(resolveDeployment(localhostFiles()), shortAssets(), {
    "tracking-server": (service) => ({ ...service, stop_grace_period: "99s" }),
  })[0]?.text;
  expect(text).toContain("stop_grace_period: 99s\n");
});
