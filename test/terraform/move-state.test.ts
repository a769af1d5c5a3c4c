import { execa } from "execa";
import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import type { Terraform } from "../../stacks/terraform/terraform.js";
import {
  describeWithTerraform,
  scratchFolder,
  terraformIn,
  writeStack,
} from "../helpers/terraform.js";

const scratch = scratchFolder();
const resources = { one: { input: "1" } };

async function deploy(terraform: Terraform): Promise<void> {
  await terraform.init();
  await terraform.apply((await terraform.plan({ out: "plan" })).file);
}

/** A stack whose state is at the place that is named. */
function stack() {
  const directory = mkdtempSync(join(scratch, "stack-"));
  const at = (place: string) => join(directory, place, "terraform.tfstate");
  return { directory, at, place: (name: string) => writeStack(directory, resources, {}, at(name)) };
}

describeWithTerraform("a state that stays", (program) => {
  test("where somebody else ran init, or the first one failed, has not moved", async () => {
    const directory = mkdtempSync(join(scratch, "stack-"));
    writeStack(directory, resources, {}, "../up/../terraform.tfstate");
    const words = ["init", "-input=false"];
    await execa(program, words, { cwd: directory, env: { CHECKPOINT_DISABLE: "1" } });
    const terraform = await terraformIn(directory, program);
    expect(await terraform.init()).toStrictEqual({ ran: true });
    rmSync(join(directory, ".mlstack-init.json"));
    expect(await terraform.init()).toStrictEqual({ ran: true });
  });
});

describeWithTerraform("a state that moves", (program) => {
  test.each(["with", "without"])("is kept, %s the folder .terraform", async (how) => {
    const { directory, at, place } = stack();
    place("a");
    const terraform = await terraformIn(directory, program);
    await deploy(terraform);
    if (how === "without") rmSync(join(directory, ".terraform"), { recursive: true });
    place("b");
    const { moved } = await terraform.init();
    expect(moved).toMatchObject({ from: `the file ${at("a")}`, to: `the file ${at("b")}` });
    expect((await terraform.plan({ out: "plan" })).changes).toEqual([]);
    const copy = moved?.copy ?? "";
    expect(statSync(copy).mode & 0o777).toBe(0o600);
    expect(JSON.parse(readFileSync(copy, "utf8"))).toHaveProperty("resources.length", 1);
    expect(statSync(at("b")).mode & 0o777).toBe(0o600);
    expect(await terraform.init()).toStrictEqual({ ran: false });
    place("a");
    await terraform.init();
    expect((await terraform.plan({ out: "plan" })).changes).toEqual([]);
  });

  test("does not replace another, and stays in use where it was", async () => {
    const { directory, at, place } = stack();
    const other = stack();
    writeStack(other.directory, { another: {} }, {}, at("b"));
    await deploy(await terraformIn(other.directory, program));
    const before = readFileSync(at("b"), "utf8");
    place("a");
    const terraform = await terraformIn(directory, program);
    await deploy(terraform);
    place("b");
    await expect(terraform.init()).rejects.toThrow("another one with resources is there");
    expect(readFileSync(at("b"), "utf8")).toBe(before);
    place("a");
    expect((await terraform.plan({ out: "plan" })).changes).toEqual([]);
    expect(readdirSync(join(directory, ".terraform")).join()).not.toContain("move-");
  });

  test("of a stack that was not deployed gives way to the one that is there", async () => {
    const { directory, place } = stack();
    place("b");
    await deploy(await terraformIn(directory, program));
    const fresh = mkdtempSync(join(scratch, "stack-"));
    writeStack(fresh, resources, {}, join(fresh, "a", "terraform.tfstate"));
    const terraform = await terraformIn(fresh, program);
    await terraform.init();
    writeStack(fresh, resources, {}, join(directory, "b", "terraform.tfstate"));
    expect((await terraform.init()).moved).toMatchObject({ copy: undefined });
    expect((await terraform.plan({ out: "plan" })).changes).toEqual([]);
  });
});
