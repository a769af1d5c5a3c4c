import { afterEach, describe, expect, test } from "vitest";
import { join } from "node:path";
import { selfCommand } from "../../stacks/tools/self.js";
import { builtCommand } from "./command.js";

const script = process.argv[1] ?? "";
afterEach(() => {
  process.argv[1] = script;
});

describe("hints say the command as it is typed here", () => {
  test.each([
    ["/usr/local/bin/mlstack", "mlstack"],
    ["/srv/node_modules/.bin/mlstack", "mlstack"],
    [join(process.cwd(), "dist/mlstack.mjs"), `node ${join("dist", "mlstack.mjs")}`],
  ])("%s", (path, typed) => {
    process.argv[1] = path;
    expect(selfCommand()).toBe(typed);
    expect(selfCommand()).not.toContain("npx");
  });
});

const command = builtCommand();

test("no verb ever names npx, which would fetch whatever has that name", async () => {
  const cwd = command.folder();
  const all = await Promise.all(
    [
      ["--help"],
      ["generate", "localhost-files"],
      ["generate", "localhost-files", "-e", "none.env"],
      ["init", "localhost-files", "--yes", "--out", "lab"],
      ["init"],
      ["status", "remote-server"],
    ].map((words) => command.run(words, { cwd })),
  );
  const said = all.map(({ stdout, stderr }) => stdout + stderr).join("\n");
  expect(said).toContain("node ");
  expect(said).not.toContain("npx");
});
