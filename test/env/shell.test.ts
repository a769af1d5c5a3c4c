import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { variableNames } from "../../env/schema.js";
import { shellVariables } from "../../env/shell.js";
import { inheritedEnvironment } from "../../stacks/process/inherited.js";

const root = join(import.meta.dirname, "../..");
const names = shellVariables.flatMap((row) => row.names);
const isListed = (name: string): boolean =>
  names.some((listed) => (listed.endsWith("_") ? name.startsWith(listed) : name === listed));

/** What a program that the sources start reads from them, and nobody else sets. */
const handedOn = ["MLSTACK_COMMANDS", "MLSTACK_INPUT", "MLSTACK_JOB"];

/** What is set for a library; and what `bootstrap aws` takes from the shell where no flag says it. */
const others = ["AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED", "AWS_DEFAULT_REGION"];

/** Names that the sources read from the shell, one by one or by taking an environment apart. */
function namesRead(): readonly string[] {
  const files = ["constructs", "env", "stacks", "compose-templates"].flatMap((folder) =>
    (readdirSync(join(root, folder), { recursive: true }) as string[])
      .filter((path) => path.endsWith(".ts"))
      .map((path) => join(root, folder, path)),
  );
  return files.flatMap((file) => {
    const text = readFileSync(file, "utf8");
    const single = [...text.matchAll(/process\.env(?:\.|\[")([A-Z][A-Z0-9_]*)/g)];
    const apart = [...text.matchAll(/const \{([^}]*)\} = (?:process\.env|environment);/g)];
    const inside = file.includes("stacks")
      ? apart.flatMap(([, list = ""]) => list.split(",").map((name) => name.split(":")[0]!.trim()))
      : [];
    return [...single.map(([, name = ""]) => name), ...inside].filter((name) =>
      /^[A-Z]/.test(name),
    );
  });
}

test("every variable of the shell that the sources read is in the list", () => {
  const read = namesRead();
  expect(read).toContain("XDG_CACHE_HOME");
  expect(read).toContain("DOCKER_HOST");
  const foreign = read.filter(
    (name) => ![...handedOn, ...others].includes(name) && !isListed(name),
  );
  expect(foreign).toStrictEqual([]);
});

test("the local server gets what the list says, and nothing of the other programs", () => {
  const all = Object.fromEntries([...names, ...variableNames].map((name) => [name, "x"]));
  const server = shellVariables.slice(0, 3).flatMap((row) => row.names);
  expect(new Set(Object.keys(inheritedEnvironment(all)))).toStrictEqual(new Set(server));
});

test("no setting is a variable of the shell", () => {
  expect(variableNames.filter(isListed)).toStrictEqual([]);
});
