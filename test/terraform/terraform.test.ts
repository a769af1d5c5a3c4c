import {
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  statSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import type { ResourceEvent } from "../../stacks/terraform/events.js";
import type { TerraformError } from "../../stacks/terraform/failure.js";
import type { Terraform } from "../../stacks/terraform/terraform.js";
import {
  describeWithTerraform,
  running,
  scratchFolder,
  terraformIn,
  writeStack,
} from "../helpers/terraform.js";

const scratch = scratchFolder();
const newFolder = () => mkdtempSync(join(scratch, "stack-"));

/** Every mode below a folder, by path, as in `600`. */
const modesIn = (folder: string): Record<string, string> =>
  Object.fromEntries(
    (readdirSync(folder, { recursive: true }) as string[])
      .filter((name) => name !== "cdk.tf.json")
      .map((name) => [name, (statSync(join(folder, name)).mode & 0o777).toString(8)]),
  );

const failureOf = async (work: Promise<unknown>): Promise<TerraformError> => {
  const error: unknown = await work.then(
    () => undefined,
    (thrown: unknown) => thrown,
  );
  expect(error).toHaveProperty("name", "TerraformError");
  return error as TerraformError;
};

/** Plans and applies. */
async function deploy(terraform: Terraform): Promise<void> {
  await terraform.init();
  await terraform.apply((await terraform.plan({ out: "plan" })).file);
}

describeWithTerraform("terraform", (program) => {
  test("a plan names what changes, and an empty one follows the apply", async () => {
    const directory = newFolder();
    writeStack(directory, { one: { input: "1" }, two: { input: "2" } });
    const reports: string[] = [];
    const events: ResourceEvent[] = [];
    const terraform = await terraformIn(directory, program, {
      names: (address) => address.replace("terraform_data.", "number "),
      report: (line) => reports.push(line),
    });
    expect(await terraform.init()).toStrictEqual({ ran: true });
    expect(await terraform.state()).toBeUndefined();
    const first = await terraform.plan({ out: "plan" });
    const create = { type: "terraform_data", action: "create" };
    expect(first.changes).toStrictEqual([
      { address: "terraform_data.one", name: "number one", ...create },
      { address: "terraform_data.two", name: "number two", ...create },
    ]);
    const { summary } = await terraform.apply(first.file, { onEvent: (e) => events.push(e) });
    expect(summary).toMatchObject({ add: 2, change: 0, remove: 0 });
    expect(events.filter(({ name }) => name === "number one").map(({ kind }) => kind)).toEqual([
      "start",
      "complete",
    ]);
    expect(reports).toContain("number one: created after 0 s");
    expect(await terraform.init()).toStrictEqual({ ran: false });
    const second = await terraform.plan({ out: "plan" });
    expect(second).toMatchObject({ changes: [], drift: [], outputs: [], warnings: [] });
    expect(second.details.resource_changes).toHaveLength(2);
    expect(await terraform.stateList()).toEqual(["terraform_data.one", "terraform_data.two"]);
    expect((await terraform.state())?.resources[0]?.values).toMatchObject({ input: "1" });
  });

  test("an update, a replacement, a removal and a limited plan are told apart", async () => {
    const directory = newFolder();
    const kept = { input: "x" };
    writeStack(directory, {
      kept,
      gone: {},
      edited: { input: "1" },
      anew: { triggers_replace: 1 },
    });
    const terraform = await terraformIn(directory, program);
    await deploy(terraform);
    writeStack(directory, { kept, edited: { input: "2" }, anew: { triggers_replace: 2 } });
    const words = ({ address, action, reason }: Record<string, unknown>) =>
      [String(address).split(".")[1], action, reason].filter(Boolean).join(" ");
    const { changes } = await terraform.plan({ out: "plan" });
    expect(changes.map((change) => words({ ...change })).sort()).toEqual([
      "anew replace the change can't be made in place",
      "edited update",
      "gone delete it is no longer described",
    ]);
    const address = "terraform_data.kept";
    const limited = await terraform.plan({ out: "plan", replace: [address], targets: [address] });
    expect(limited.changes.map((change) => words({ ...change }))).toEqual([
      "kept replace as asked for",
    ]);
    expect(limited.warnings).toEqual([]);
    const all = await terraform.plan({ out: "plan", destroy: true });
    expect(all.changes.every(({ action }) => action === "delete")).toBe(true);
    await terraform.stateRemove([address]);
    expect(await terraform.stateList()).not.toContain(address);
  });

  test("a failing command is told by its resource, its exit code and its last lines", async () => {
    const directory = newFolder();
    const bad = running("for i in $(seq 1 40); do echo line $i; done; exit 3");
    writeStack(directory, { bad, next: { depends_on: ["terraform_data.bad"] } });
    const terraform = await terraformIn(directory, program, { names: () => "bucket job" });
    const error = await failureOf(deploy(terraform));
    expect(error.message.split("\n").slice(0, 3)).toEqual([
      `${program} apply failed`,
      "bucket job (terraform_data.bad): its command failed: exit status 3",
      "  line 26",
    ]);
    expect(error.failures).toHaveLength(1);
    expect(error.failures[0]?.output).toHaveLength(15);
    expect(error.interrupted).toBe(false);
    const { changes } = await terraform.plan({ out: "plan" });
    expect(changes[0]).toMatchObject({ action: "replace", reason: "its creation did not finish" });
  });

  test("a secret is in no plan, no state, no message and no event", async () => {
    const directory = newFolder();
    const secret = 'hunter2-"quoted"';
    const job = running('echo "got $PW"; exit $CODE', { PW: "${var.pw}", CODE: "${var.code}" });
    const plain = running('echo "shell has $TF_VAR_pw"');
    const variable = { pw: { ephemeral: true, sensitive: true }, code: { ephemeral: true } };
    writeStack(directory, { job, plain }, { variable });
    const seen: string[] = [];
    const options = {
      secrets: { pw: secret },
      report: (line: string) => seen.push(line),
    };
    const bad = await terraformIn(directory, program, {
      ...options,
      variables: { pw: secret, code: "4" },
    });
    await bad.init();
    const { file, details } = await bad.plan({ out: "plan" });
    seen.push(JSON.stringify(details));
    const error = await failureOf(
      bad.apply(file, { onEvent: (event) => seen.push(JSON.stringify(event)) }),
    );
    expect(error.message).toContain("  got ***");
    expect(seen.join("\n")).toContain("shell has ***");
    const good = await terraformIn(directory, program, {
      ...options,
      variables: { pw: secret, code: "0" },
    });
    await deploy(good);
    seen.push(error.message, JSON.stringify(error.failures), JSON.stringify(await good.state()));
    for (const name of readdirSync(directory, { recursive: true }) as string[]) {
      const path = join(directory, name);
      if (statSync(path).isFile()) seen.push(readFileSync(path, "latin1"));
    }
    expect(seen.join("\n")).not.toContain("hunter2");
  });

  test("outputs come with their values", async () => {
    const directory = newFolder();
    const output = { url: { value: "http://x" }, key: { value: "k", sensitive: true } };
    writeStack(directory, {}, { output });
    const terraform = await terraformIn(directory, program);
    await terraform.init();
    const { outputs, file } = await terraform.plan({ out: "plan" });
    expect([...outputs].sort()).toEqual(["key", "url"]);
    await terraform.apply(file);
    expect(await terraform.output()).toMatchObject({
      url: { value: "http://x", sensitive: false },
      key: { value: "k", sensitive: true },
    });
  });

  test("nobody else may read what Terraform writes, nor what was open before", async () => {
    const directory = newFolder();
    writeStack(directory, { one: { input: "1" } });
    mkdirSync(join(directory, "state"), { mode: 0o755 });
    const terraform = await terraformIn(directory, program);
    await deploy(terraform);
    writeStack(directory, { one: { input: "2" } });
    writeFileSync(join(directory, "state", "terraform.tfstate.backup"), "{}", { mode: 0o644 });
    await deploy(terraform);
    const modes = modesIn(directory);
    expect(modes["plan"]).toBe("600");
    expect(modes["state"]).toBe("700");
    expect(modes[join("state", "terraform.tfstate")]).toBe("600");
    expect(modes[join("state", "terraform.tfstate.backup")]).toBe("600");
    expect(Object.values(modes).every((mode) => mode.endsWith("00"))).toBe(true);
  });

  test("a folder of others that the state is put in keeps its mode", async () => {
    const directory = newFolder();
    const shared = newFolder();
    mkdirSync(join(shared, "open"), { mode: 0o755 });
    const path = join(shared, "open", "x.tfstate");
    writeStack(directory, { one: {} }, {}, path);
    await deploy(await terraformIn(directory, program));
    expect(modesIn(shared)).toEqual({ open: "755", [join("open", "x.tfstate")]: "600" });
  });

  test("a mistake in the configuration and a missing provider are told in Terraform's words", async () => {
    const directory = newFolder();
    writeStack(directory, { one: { input: "${var.nothing}" } });
    const terraform = await terraformIn(directory, program);
    await terraform.init();
    const { message } = await failureOf(terraform.plan({ out: "plan" }));
    expect(message).toContain("Reference to undeclared input variable");
    const required_providers = { none: { source: "127.0.0.1:1/nobody/none" } };
    const terraformBlock = { required_providers, backend: { local: { path: "x.tfstate" } } };
    const other = newFolder();
    writeFileSync(join(other, "cdk.tf.json"), JSON.stringify({ terraform: terraformBlock }));
    const failed = await failureOf((await terraformIn(other, program)).init());
    expect(failed.message).toMatch(/init failed\n.*provider packages\n/);
    expect(failed.message).toContain("TF_CLI_CONFIG_FILE");
  });

  test("a state that an earlier run could not save is not planned over", async () => {
    const directory = newFolder();
    writeStack(directory, {});
    writeFileSync(join(directory, "errored.tfstate"), "{}");
    const terraform = await terraformIn(directory, program);
    const { message } = await failureOf(terraform.plan({ out: "plan" }));
    expect(message).toContain(`${program} state push errored.tfstate`);
  });
});
