import { execa } from "execa";
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, expect, test } from "vitest";

// Inside the package, where its own name resolves as it does for a user.
const scratch = mkdtempSync(join(process.cwd(), "dist", "readme-"));
afterAll(() => rmSync(scratch, { recursive: true, force: true }));

const blocks = [...readFileSync("README.md", "utf8").matchAll(/```ts\n([^]*?)```/g)].map(
  ([, code]) => code ?? "",
);

test("every TypeScript example of the README compiles", async () => {
  expect(blocks.length).toBeGreaterThan(0);
  const files = blocks.map((code, index) => {
    const file = join(scratch, `example-${index}.ts`);
    writeFileSync(file, code);
    return file;
  });
  const words = ["--noEmit", "--strict", "--skipLibCheck", "--target", "es2022", "--lib", "es2023"];
  const modules = ["--module", "nodenext", "--moduleResolution", "nodenext", "--types", "node"];
  const { stdout } = await execa("tsc", [...words, ...modules, ...files], { preferLocal: true });
  expect(stdout).toBe("");
});

test("the first TypeScript example of the README writes what it says", async () => {
  const file = join(scratch, "first.ts");
  writeFileSync(file, blocks[0] ?? "");
  await execa("tsx", [file], { preferLocal: true, cwd: scratch });
  const compose = readFileSync(join(scratch, "lab", "docker-compose.yml"), "utf8");
  expect(compose).toContain("MLFLOW_ARTIFACTS_DESTINATION: s3://my-models");
  expect(compose).not.toContain("rustfs");
  expect(existsSync(join(scratch, "lab", ".env"))).toBe(true);
});

test("nothing in the README waits to be filled in", () => {
  expect(readFileSync("README.md", "utf8")).not.toContain("@@");
});
