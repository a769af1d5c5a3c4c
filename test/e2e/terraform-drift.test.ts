import { readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { OutsideClient, type Ledger } from "../helpers/e2e/client.js";
import { remake } from "../helpers/e2e/docker-ui.js";
import { describeWithDocker } from "../helpers/e2e/engine.js";
import { KeptData } from "../helpers/e2e/kept-data.js";
import { recoverySeconds, timed, waitUntil } from "../helpers/e2e/running-stack.js";
import { startTerraformStack, type TerraformStack } from "../helpers/e2e/terraform-stack.js";

// Each test continues where the one before it ended, as a user does; one failure fails the rest.
describeWithDocker("a host that is not as the last deploy left it", () => {
  let stack: TerraformStack;
  let client: OutsideClient;
  let ledger: Ledger;
  let kept: KeptData;

  /** What marks everything of this deployment. */
  const labels = async (): Promise<readonly string[]> => {
    const format = "{{json .Labels}}";
    const network = `${stack.name}_front`;
    const found = await stack.docker("network", "inspect", "--format", format, network);
    return Object.entries(JSON.parse(found) as Record<string, string>).flatMap(([name, value]) => [
      "--label",
      `${name}=${value}`,
    ]);
  };

  /** What `plan` says of it; `deploy` repairs it, and nothing is lost. */
  const repaired = async (what: string): Promise<string> => {
    const { changes, text } = await stack.plan();
    expect(changes).toBe(true);
    await timed(`deploy after ${what}`, () => stack.deploy());
    expect(await stack.plan()).toMatchObject({ changes: false });
    await waitUntil(`healthy after ${what}`, recoverySeconds, stack.healthy);
    expect(await kept.problems()).toEqual([]);
    return text;
  };

  beforeAll(async () => {
    stack = await startTerraformStack({ topology: "remote-server", label: "drift" });
    client = await OutsideClient.of(stack);
    ledger = await client.workflow(1);
    kept = await KeptData.write(stack, [
      `${stack.name}_backend-store-data`,
      `${stack.name}_artifact-store-data`,
    ]);
  });
  afterAll(() => stack?.down(true));

  test("plan after a deploy shows no change, twice", async () => {
    for (const _ of [1, 2]) {
      const { changes, text } = await stack.plan();
      expect(changes).toBe(false);
      expect(text).toContain("home-lab: nothing changes");
    }
  });

  test("what needs no restart is mended without one: a stop, a pause, leftovers, names of images", async () => {
    const roles = ["backend-store", "tracking-server"];
    const started = await Promise.all(roles.map((role) => stack.startedAt(role)));
    const names = imageNames(stack);
    const named = (await stack.inspect(...roles)).map(({ Image }) => ({
      id: Image,
      name: names[Image] ?? "",
    }));
    const [artifacts] = await stack.inspect("artifact-store");
    await stack.docker("stop", stack.container("artifact-store"));
    await stack.docker("pause", stack.container("tracking-server"));
    const [stray, leftover] = [`${stack.name}_stray`, `${stack.name}-leftover`];
    const own = await labels();
    await stack.docker("network", "create", ...own, stray);
    const sleep = [
      "--init",
      "--network",
      stray,
      "--entrypoint",
      "sleep",
      named[1]?.id ?? "",
      "600",
    ];
    await stack.docker("run", "--detach", "--name", leftover, ...own, ...sleep);
    try {
      for (const { name } of named) await stack.docker("tag", artifacts?.Image ?? "", name);
      const text = await repaired("a stop, leftovers and other tags");
      for (const sentence of [
        "artifact-store: the container was stopped (exit code 0)",
        "tracking-server: the container is paused",
        ...named.map(
          ({ name }, index) => `image of ${roles[index]}: ${name} is the tag of another image now`,
        ),
        `container ${leftover} was left by a deploy that did not end`,
        `network ${stray} was left by a deploy that did not end`,
      ]) {
        expect(text).toContain(`\n  ${sentence}\n`);
      }
      expect(text).toContain("Planned:\n  ~ change artifact-store\n      start it again\n\n");
      expect(await Promise.all(roles.map((role) => stack.startedAt(role)))).toEqual(started);
      for (const { id, name } of named) {
        expect(await stack.docker("image", "inspect", "--format", "{{.Id}}", name)).toBe(id);
      }
    } finally {
      for (const { id, name } of named) await stack.docker("tag", id, name);
    }
    expect(await stack.docker("ps", "--all", "--quiet", "--filter", `name=${leftover}`)).toBe("");
    expect(await stack.docker("network", "ls", "--quiet", "--filter", `name=${stray}`)).toBe("");
  });

  test("a container that a web page made anew with another environment is replaced", async () => {
    await remake(stack.container("tracking-server"), { MLFLOW_HOST: "edited" });
    const text = await repaired("an edit");
    expect(text).toContain(
      'tracking-server: the container was made anew by something else, with another environment (MLFLOW_HOST is "edited", was "0.0.0.0")',
    );
    const [server] = await stack.inspect("tracking-server");
    expect(server?.Config.Env).toContain("MLFLOW_HOST=0.0.0.0");
  });

  test("a network that was removed is made again with all that was on it", async () => {
    const network = `${stack.name}_stores`;
    await stack.docker("stop", ...stack.roles().map(stack.container));
    // One way to lose it is told by Docker's list of a container's networks, the other is not.
    await stack.docker(
      "network",
      "disconnect",
      "--force",
      network,
      stack.container("backend-store"),
    );
    await stack.docker("network", "rm", network);
    const text = await repaired("a network's removal");
    expect(text).toContain(`network stores: ${network} was removed`);
    for (const role of stack.roles()) {
      expect(text).toContain(`${role}: the container is no longer on the network ${network}`);
      expect(text).toContain(`± replace ${role}`);
    }
  });

  test("everything that docker system prune removes of a stopped stack is made again", async () => {
    await stack.docker("stop", ...stack.roles().map(stack.container));
    const own = ["--force", "--filter", `label=mlflow-stacks.deployment=${stack.name}`];
    await stack.docker("container", "prune", ...own);
    await stack.docker("network", "prune", ...own);
    const text = await repaired("a prune");
    for (const role of stack.roles()) expect(text).toContain(`${role}: the container was removed`);
    for (const name of ["front", "stores"]) {
      expect(text).toContain(`network ${name}: ${stack.name}_${name} was removed`);
    }
  });

  test("a state file that was lost is made anew around the data", async () => {
    for (const name of ["terraform.tfstate", "terraform.tfstate.backup"]) {
      rmSync(join(stack.out, name), { force: true });
    }
    const text = await repaired("the loss of the state");
    expect(text).toContain(
      `container ${stack.container("tracking-server")} is of a deploy whose state is lost`,
    );
    const { problems } = await client.readBack(ledger, true);
    expect(problems).toEqual([]);
  });

  test("data that is gone is told, and an empty volume begins only when it is named", async () => {
    const volume = `${stack.name}_artifact-store-data`;
    await stack.docker("rm", "--force", stack.container("artifact-store"));
    await stack.docker("volume", "rm", volume);
    const { text } = await stack.plan();
    const sentence = `volume artifact-store-data: ${volume} was removed, and the data in it`;
    expect(text).toContain(sentence);
    const refused = await stack.tries("deploy", "--yes");
    expect(refused.exitCode).toBe(2);
    expect(refused.text).toContain(
      `${volume}: ${sentence}; restore the volume from a backup, or begin with an empty one: --new-volume ${volume}`,
    );
    expect(await stack.docker("volume", "ls", "--quiet", "--filter", `name=${volume}`)).toBe("");
    await stack.deploy("--new-volume", "artifact-store-data");
    expect(await stack.plan()).toMatchObject({ changes: false });
  });

  test("with the state lost, data is told from none, kept, and deleted by name alone", async () => {
    const owned = `label=mlflow-stacks.deployment=${stack.name}`;
    const list = async (kind: string, ...more: string[]) =>
      (await stack.docker(kind, "ls", "--quiet", ...more, "--filter", owned)).split("\n").sort();
    const [files = "", database = ""] = ["artifact-store-data", "backend-store-data"].map(
      (name) => `${stack.name}_${name}`,
    );
    rmSync(join(stack.out, "terraform.tfstate"));
    expect(await stack.destroy()).toContain(
      "\nKept: volume artifact-store-data, volume backend-store-data. The next deploy goes on with it.",
    );
    expect([await list("container", "--all"), await list("network")]).toEqual([[""], [""]]);
    expect(await list("volume")).toEqual([files, database]);

    await stack.docker("volume", "rm", files);
    const refused = await stack.tries("deploy", "--yes");
    expect(refused.exitCode).toBe(2);
    expect(refused.text).toContain(
      `${files}: volume artifact-store-data: ${files} is not there, and ${database} of the same deployment is; restore the volume from a backup, or begin with an empty one: --new-volume ${files}`,
    );
    // As somebody does who restores it.
    await stack.docker("volume", "create", files);
    const { text } = await stack.plan();
    for (const volume of ["artifact-store-data", "backend-store-data"]) {
      expect(text).toContain(`\n  = go on with volume ${volume} (it is there)\n`);
    }
    expect(await stack.destroy("--delete-data", "artifact-store-data")).toContain(
      "\nKept: volume backend-store-data. ",
    );
    expect(await stack.destroy("--delete-data", database)).toContain("\nNothing is left.");
    expect(await stack.docker("volume", "ls", "--quiet", "--filter", `name=${stack.name}_`)).toBe(
      "",
    );
  });
});

/** Names of images by their ids, as the state has them. */
function imageNames({ out }: TerraformStack): Readonly<Record<string, string>> {
  const { resources } = JSON.parse(readFileSync(join(out, "terraform.tfstate"), "utf8")) as {
    resources: {
      type: string;
      instances: { attributes: { name: string; image_id: string } }[];
    }[];
  };
  return Object.fromEntries(
    resources
      .filter(({ type }) => type === "docker_image")
      .flatMap(({ instances }) => instances)
      .map(({ attributes: { name, image_id } }) => [image_id, name]),
  );
}
