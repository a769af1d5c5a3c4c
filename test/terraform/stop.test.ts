import { execa } from "execa";
import { existsSync, mkdtempSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { expect, test } from "vitest";
import { findTerraform } from "../../stacks/terraform/binary.js";
import type { TerraformError } from "../../stacks/terraform/failure.js";
import { forceStop } from "../../stacks/terraform/terraform.js";
import {
  describeWithTerraform,
  running,
  scratchFolder,
  terraformIn,
  writeStack,
} from "../helpers/terraform.js";

const scratch = scratchFolder();

async function until(what: () => boolean): Promise<void> {
  for (let tries = 0; !what(); tries += 1) {
    if (tries > 200) throw new Error(`never came true: ${String(what)}`);
    await sleep(50);
  }
}

const reasonOf = (work: Promise<unknown>): Promise<TerraformError> =>
  work.then(
    () => Promise.reject(new Error("it did not fail")),
    (thrown: unknown) => thrown as TerraformError,
  );

/** A stack whose second of three resources takes long, unless a file `quick` is there. */
function slowStack(): {
  directory: string;
  has: (name: string) => boolean;
  make: (name: string) => void;
} {
  const directory = mkdtempSync(join(scratch, "stack-"));
  const slow = running(
    `sh -c 'trap "touch ended; exit" TERM; exec 2>/dev/null; touch begun; for i in $(seq 300); do test -e quick && break; sleep 0.1; done'; true`,
  );
  const after = (name: string) => ({ depends_on: [`terraform_data.${name}`] });
  writeStack(directory, { first: {}, slow: { ...slow, ...after("first") }, last: after("slow") });
  return {
    directory,
    has: (name) => existsSync(join(directory, name)),
    make: (name) => writeFileSync(join(directory, name), ""),
  };
}

describeWithTerraform("stopping terraform", (program) => {
  test("an abort leaves no lock, no process and a state to go on from", async () => {
    const { directory, has, make } = slowStack();
    const stop = new AbortController();
    const reports: string[] = [];
    const report = (line: string) => reports.push(line);
    const options = { signal: stop.signal, report, slow: "it may take long" };
    const terraform = await terraformIn(directory, program, options);
    await terraform.init();
    const { file } = await terraform.plan({ out: "plan" });
    const failing = reasonOf(terraform.apply(file));
    // Told, too: a busy machine reads what Terraform says a while later.
    await until(() => has("begun") && reports.some((line) => line.includes("terraform_data.slow")));
    stop.abort();
    const error = await failing;
    expect(error).toMatchObject({ name: "TerraformError", interrupted: true });
    expect(reports.at(-1)).toBe(
      "stopping: waiting for Terraform to save its state, and for terraform_data.slow; it may take long",
    );
    // What the killed shell of the provisioner had started is told to end as well.
    await until(() => has("ended"));
    expect(has("state/.terraform.tfstate.lock.info")).toBe(false);
    make("quick");
    const again = await terraformIn(directory, program);
    const plan = await again.plan({ out: "plan" });
    expect(plan.changes.map(({ address, action }) => [address, action])).toEqual([
      ["terraform_data.last", "create"],
      ["terraform_data.slow", "replace"],
    ]);
    await again.apply(plan.file);
    expect((await again.plan({ out: "plan" })).changes).toEqual([]);
  });

  test("who holds the lock is told, and what to do", async () => {
    const { directory, has } = slowStack();
    const stop = new AbortController();
    const holder = await terraformIn(directory, program, { signal: stop.signal });
    await holder.init();
    const { file } = await holder.plan({ out: "plan" });
    const failing = reasonOf(holder.apply(file));
    await until(() => has("begun"));
    const other = await terraformIn(directory, program);
    const { message } = await reasonOf(other.plan({ out: "plan2" }));
    stop.abort();
    await failing;
    expect(message).toMatch(
      /^\w+ plan failed\nthe state is locked\n {2}held by \S+@\S+ for apply since 20/,
    );
    expect(message).toContain("wait for that run to end");
    expect(message).not.toContain("force-unlock");
  });

  test("nothing is started after an abort", async () => {
    const { directory, has } = slowStack();
    const terraform = await terraformIn(directory, program, { signal: AbortSignal.abort() });
    expect(await reasonOf(terraform.plan({ out: "plan" }))).toHaveProperty("name", "AbortError");
    expect(has("plan")).toBe(false);
  });

  test("a runner that is killed leaves a Terraform that comes to its end", async () => {
    const { directory, has, make } = slowStack();
    const { path } = await findTerraform(program);
    const script = `
      import { Terraform } from "${join(import.meta.dirname, "../../stacks/terraform/terraform.ts")}";
      const terraform = new Terraform({
        binary: { path: "${path}", name: "${program}", version: "" },
        directory: "${directory}",
        variables: {},
        parallelism: 4,
        signal: new AbortController().signal,
      });
      await terraform.init();
      await terraform.apply((await terraform.plan({ out: "plan" })).file);
    `;
    writeFileSync(join(directory, "runner.mts"), script);
    const runner = execa("node", ["--import", "tsx", join(directory, "runner.mts")], {
      reject: false,
    });
    await until(() => has("begun"));
    runner.kill("SIGKILL");
    await runner;
    make("quick");
    const state = join(directory, "state", "terraform.tfstate");
    await until(
      () => has("state/terraform.tfstate") && readFileSync(state, "utf8").includes('"last"'),
    );
    await until(() => !has("state/.terraform.tfstate.lock.info"));
  });
});

/** A program that takes two interrupts to end, and the lines of a file that it wrote. */
function stubborn() {
  const directory = mkdtempSync(join(scratch, "stubborn-"));
  const program = join(directory, "stubborn");
  writeFileSync(
    program,
    `#!/bin/sh
[ "$1" = version ] && echo 'Terraform v1.11.4' && exit
cd ${directory}
trap 'told=$((told+1)); echo $told >> told' INT
touch begun
for i in $(seq 100); do [ "$told" = 2 ] && exit 1; sleep 0.1; done
`,
    { mode: 0o755 },
  );
  writeStack(directory, {});
  const stop = new AbortController();
  const isThere = (name: string) => existsSync(join(directory, name));
  return { directory, program, stop, isThere };
}

test("a second word reaches a Terraform that takes its time", async () => {
  const { directory, program, stop, isThere } = stubborn();
  const terraform = await terraformIn(directory, program, { signal: stop.signal });
  const failing = reasonOf(terraform.plan({ out: "plan" }));
  await until(() => isThere("begun"));
  expect(isThere("told")).toBe(false);
  stop.abort();
  await until(() => isThere("told"));
  expect(forceStop()).toBe(true);
  expect(await failing).toMatchObject({ interrupted: true, message: "terraform plan was stopped" });
  expect(readFileSync(join(directory, "told"), "utf8")).toBe("1\n2\n");
  expect(forceStop()).toBe(false);
});

test("one that does not end in time is left alone, and named", async () => {
  const { directory, program, stop, isThere } = stubborn();
  const options = { signal: stop.signal, patience: 0.2 };
  const terraform = await terraformIn(directory, program, options);
  const failing = reasonOf(terraform.plan({ out: "plan" }));
  await until(() => isThere("begun"));
  stop.abort();
  const { message, interrupted } = await failing;
  const pid = Number(/goes on as process (\d+)/.exec(message)?.[1]);
  expect(interrupted).toBe(true);
  expect(process.kill(pid, 0)).toBe(true);
  process.kill(pid, "SIGKILL");
});
