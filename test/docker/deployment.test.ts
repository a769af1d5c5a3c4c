import { App, Testing, TerraformStack } from "cdktf";
import { describe, expect, test } from "vitest";
import { MlflowDeployment, resolveDockerHost } from "../../constructs/docker/index.js";
import { planContainers, resolveDeployment } from "../../constructs/mlflow/index.js";
import { localhostFiles, remoteServer } from "../helpers/deployments.js";
import {
  resourcesOf,
  stackOf,
  synth,
  type Block,
  type Configuration,
} from "../helpers/docker-target.js";
import { commandsOf, dockerRun } from "./docker-run.js";

const containerOf = (file: Configuration, role: string): Block => {
  const found = Object.entries(resourcesOf(file, "docker_container"));
  return found.find(([name]) => name.includes(role))?.[1] ?? {};
};

describe("the children of a deployment", () => {
  const { mlflow } = stackOf(remoteServer());

  test("have the names of the roles", () => {
    expect(mlflow.node.children.map(({ node }) => node.id)).toStrictEqual([
      "host",
      "secrets",
      "images",
      "networks",
      "volumes",
      "secrets-init",
      "backend-store",
      "artifact-store",
      "bucket-init",
      "db-upgrade",
      "tracking-server",
    ]);
  });

  test("keep their addresses when a store is of another kind", () => {
    const addresses = (file: Configuration) =>
      Object.keys(resourcesOf(file, "docker_container")).filter((name) => name.includes("server"));
    const other = synth(remoteServer({ backendStore: { kind: "external" } }));
    expect(addresses(other)).toStrictEqual(addresses(synth(remoteServer())));
    expect(addresses(other)).toHaveLength(1);
  });

  test("tell its jobs and its URL", () => {
    expect(mlflow.jobs.map(({ node }) => node.id)).toStrictEqual([
      "secrets-init",
      "bucket-init",
      "db-upgrade",
    ]);
    expect(mlflow.url).toBe("http://127.0.0.1:5000");
  });
});

describe("a transform has the last word", () => {
  test("on a container, its order and its provisioners included", () => {
    const file = synth(localhostFiles(), {
      transform: {
        containers: {
          "tracking-server": (config) => {
            expect(config.provisioners).toHaveLength(1);
            return { ...config, hostname: "mine", dependsOn: [], provisioners: [] };
          },
        },
      },
    });
    const server = containerOf(file, "tracking-server");
    expect(server).toMatchObject({ hostname: "mine" });
    expect(server["provisioner"] ?? []).toStrictEqual([]);
    expect(server["depends_on"] ?? []).toStrictEqual([]);
  });

  test("on the words of a job, in what it runs and in what makes it run again", () => {
    const added = ["--dns", "192.0.2.53"];
    const file = synth(remoteServer(), {
      transform: { jobs: { "db-upgrade": ([run = "", ...words]) => [run, ...added, ...words] } },
    });
    const job = Object.entries(resourcesOf(file, "terraform_data")).find(([name]) =>
      name.includes("db-upgrade"),
    )?.[1];
    expect(dockerRun(job ?? {})?.flags[0]).toStrictEqual(added);
    expect(job?.["triggers_replace"].run.slice(1, 3)).toStrictEqual(added);
  });
});

describe("a stack", () => {
  test("takes one deployment", () => {
    const stack = stackOf(localhostFiles());
    const deployment = resolveDeployment(localhostFiles({ name: "other" }));
    expect(() => new MlflowDeployment(stack, "second", { deployment })).toThrow(
      "a stack takes one MlflowDeployment; put the other one into a stack of its own",
    );
  });

  test("may have any name and any id for the deployment", () => {
    const stack = new TerraformStack(new App(), "infra");
    const deployment = resolveDeployment(localhostFiles());
    new MlflowDeployment(stack, "tracking", { deployment });
    expect(JSON.parse(Testing.synth(stack))).toMatchObject({
      resource: { docker_container: expect.anything() },
    });
  });

  test("takes another release of the provider", () => {
    const file = synth(localhostFiles(), { providerVersion: "4.5.0" });
    expect(file.terraform["required_providers"].docker.version).toBe("4.5.0");
  });
});

describe("volumes", () => {
  const guarded = (mayDestroy: Parameters<typeof synth>[1]) =>
    Object.fromEntries(
      Object.values(resourcesOf(synth(remoteServer(), mayDestroy), "docker_volume")).map(
        ({ name, lifecycle }) => [name, lifecycle?.prevent_destroy],
      ),
    );

  test("hold data that stays unless it is named", () => {
    expect(guarded({})).toMatchObject({
      "mlflow-remote-server_backend-store-data": true,
      "mlflow-remote-server_artifact-store-data": true,
    });
    expect(guarded({ mayDestroy: ["backend-store-data"] })).toMatchObject({
      "mlflow-remote-server_backend-store-data": false,
      "mlflow-remote-server_artifact-store-data": true,
    });
  });

  test("of secrets and temporary files may go", () => {
    const others = Object.entries(guarded({})).filter(([name]) => !name.endsWith("-data"));
    expect(others.length).toBeGreaterThan(0);
    expect(others.map(([, guard]) => guard)).toStrictEqual(others.map(() => undefined));
  });
});

describe("a host", () => {
  const host = resolveDockerHost({
    url: "ssh://ops@n100.lan:2222",
    options: ["UserKnownHostsFile=${HOME}/known"],
  });
  const file = synth(remoteServer(), { host });

  test("is told to the provider, its ssh options escaped", () => {
    expect(file.provider["docker"]?.[0]).toMatchObject({ host: "ssh://ops@n100.lan:2222" });
    expect(file.provider["docker"]?.[0]?.["ssh_opts"]).toContain(
      "UserKnownHostsFile=$${HOME}/known",
    );
  });

  test("runs the jobs and sets the limits of processes", () => {
    const local = synth(remoteServer());
    for (const type of ["terraform_data", "docker_container"]) {
      const remote = Object.values(resourcesOf(file, type)).map(commandsOf);
      expect(remote.length).toBeGreaterThan(0);
      expect(remote).toStrictEqual(Object.values(resourcesOf(local, type)).map(commandsOf));
    }
  });

  test("of another kind has no ssh options", () => {
    const tcp = synth(localhostFiles(), {
      host: resolveDockerHost({ url: "tcp://n100.lan:2376" }),
    });
    expect(tcp.provider["docker"]).toStrictEqual([{ host: "tcp://n100.lan:2376" }]);
  });
});

test("each running container gets its limit of processes, which the provider cannot set", () => {
  const { containers } = planContainers(resolveDeployment(remoteServer()));
  const file = synth(remoteServer());
  for (const { role, resources } of containers.filter(({ job }) => !job)) {
    expect(commandsOf(containerOf(file, role))).toStrictEqual([
      ["update", "--pids-limit", String(resources.pids), "${self.id}"],
    ]);
  }
});
