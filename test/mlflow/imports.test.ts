import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";

const model = join(import.meta.dirname, "../../constructs/mlflow");
const sources = readdirSync(model).map((name) => [name, readFileSync(join(model, name), "utf8")]);

test("the model imports nothing but itself", () => {
  const foreign = sources.flatMap(([name, text]) =>
    [...(text ?? "").matchAll(/\b(?:from|import)\s*\(?\s*["']([^"']+)["']/g)]
      .map((match) => match[1] ?? "")
      .filter((specifier) => !/^\.\/[a-z-]+\.js$/.test(specifier))
      .map((specifier) => `${name}: ${specifier}`),
  );
  expect(foreign).toStrictEqual([]);
});

test("the model reads no environment and no clock", () => {
  const readers = sources
    .filter(([, text]) => /\bprocess\.|\bDate\b|\bMath\.random\b|\bconsole\./.test(text ?? ""))
    .map(([name]) => name);
  expect(readers).toStrictEqual([]);
});
