import { execa } from "execa";
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, expect, test } from "vitest";
import { images } from "../constructs/mlflow/index.js";
import { blocksOf, shellBlock } from "./helpers/readme.js";

// Inside the package, where its own name resolves as it does for a user.
const scratch = mkdtempSync(join(process.cwd(), "dist", "readme-"));
afterAll(() => rmSync(scratch, { recursive: true, force: true }));

const blocks = blocksOf("ts");

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

test("the README's backups are made with an image that every host of the stack has", () => {
  for (const mark of ["save()", "load()"]) {
    expect(/\bpostgres:\S+/.exec(shellBlock(mark))?.[0], mark).toBe(images.postgres);
  }
});

test("every shell block of the README is one that a shell understands", async () => {
  for (const text of blocksOf("sh")) await execa("sh", ["-n", "-c", text]);
});
