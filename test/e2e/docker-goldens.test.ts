import { appendFileSync, readdirSync, readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { join, resolve } from "node:path";
import { describe, expect, test, type TestContext } from "vitest";
import { cdktnPackages, goldensWith } from "../helpers/e2e/cdktn.js";
import { describeWithProvider } from "../helpers/e2e/provider.js";
import { goldenCases } from "../helpers/golden-cases.js";

const golden = resolve(import.meta.dirname, "../../constructs/docker/golden");
const configuration = (name: string) => join(golden, name, "cdk.tf.json");
const names = goldenCases.map(({ name }) => name);

describeWithProvider("goldens and the provider", configuration("remote-server"), ({ validate }) => {
  test.each(names)("%s is valid, without a warning", (name) => {
    expect(validate(configuration(name))).toMatchObject({ valid: true, diagnostics: [] });
  });
});

/** Metadata: the library's own version, and which construct made what. */
function withoutMetadata(value: unknown): unknown {
  if (value === null || typeof value !== "object") return value;
  if (Array.isArray(value)) return value.map(withoutMetadata);
  const entries = Object.entries(value).filter(([key]) => key !== "//");
  return Object.fromEntries(entries.map(([key, each]) => [key, withoutMetadata(each)]));
}

async function packages(context: TestContext): Promise<string> {
  try {
    return await cdktnPackages();
  } catch (error) {
    if (process.env["CI"] === "true") throw error;
    const reason = "cdktn cannot be installed: no package registry answers";
    const report = process.env["MLSTACK_TEST_NOT_RUN"];
    if (report) appendFileSync(report, `${context.task.name}: ${reason}\n`);
    return context.skip(reason);
  }
}

describe("the library's successor", () => {
  test("synthesises every golden as cdktf does", async (context) => {
    const folder = await packages(context);
    const library = createRequire(join(folder, "package.json"))("cdktf/package.json");
    expect(library).toMatchObject({ name: "cdktn" });
    const made = await goldensWith(folder);
    expect(Object.keys(made).sort()).toStrictEqual(readdirSync(golden).sort());
    for (const name of names) {
      const parse = (text = "{}") => withoutMetadata(JSON.parse(text));
      const stored = readFileSync(configuration(name), "utf8");
      expect(parse(made[name]?.["cdk.tf.json"])).toStrictEqual(parse(stored));
      expect(made[name]?.["construct-tree.txt"]).toBe(
        readFileSync(join(golden, name, "construct-tree.txt"), "utf8"),
      );
    }
  });
});
