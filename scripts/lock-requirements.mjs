// Makes compose-templates/tracking-server/requirements/*.lock: one file a client library, with
// hashes for every platform and Python 3.10 and newer. Needs uv 0.9.9 or newer on PATH.
//
//   node scripts/lock-requirements.mjs            keep locked versions where they still fit
//   node scripts/lock-requirements.mjs --upgrade  take the newest versions
import { execFileSync } from "node:child_process";
import { readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";

const directory = fileURLToPath(
  new URL("../compose-templates/tracking-server/requirements/", import.meta.url),
);
const extras = ["s3", "postgres", "mysql", "login"];
const upgrade = process.argv.includes("--upgrade");

/** The text of a lock of these inputs, taken together so that their versions agree. */
function compile(inputs, constraints) {
  const words = ["pip", "compile", "--quiet", "--universal", "--python-version", "3.10"];
  words.push("--generate-hashes", "--no-header", "--no-annotate", "--no-emit-index-url");
  words.push(
    "--no-emit-find-links",
    "--excludes",
    "excluded.txt",
    ...inputs.map((name) => `${name}.in`),
  );
  for (const file of constraints) words.push("--constraint", file);
  return execFileSync("uv", words, { cwd: directory, encoding: "utf8", maxBuffer: 1 << 26 });
}

/** One block a requirement: its line and the hash lines under it. */
function blocks(lock) {
  return lock.split(/^(?=\S)/m).filter((block) => block.trim() !== "");
}

/** The same versions without hashes, for use as constraints. */
function versions(lock) {
  return blocks(lock)
    .map((block) => block.split("\n")[0].replace(/\s*\\$/, ""))
    .join("\n");
}

function write(name, text) {
  const path = `${directory}${name}`;
  writeFileSync(`${path}.partial`, text);
  renameSync(`${path}.partial`, path);
}

const current = upgrade ? [] : existing();
const all = compile(["core", ...extras], current);
const pins = `${directory}.all.partial`;
writeFileSync(pins, versions(all));
process.on("exit", () => rmSync(pins, { force: true }));
const core = new Set(blocks(compile(["core"], [pins])));
write("core.lock", [...core].join(""));
const claimed = new Set(core);
for (const name of extras) {
  const own = blocks(compile(["core", name], [pins])).filter((block) => !claimed.has(block));
  own.forEach((block) => claimed.add(block));
  write(`${name}.lock`, own.join(""));
  console.log(`${name}.lock: ${own.length} packages`);
}
console.log(`core.lock: ${core.size} packages`);

function existing() {
  try {
    const locked = ["core", ...extras].map((name) =>
      readFileSync(`${directory}${name}.lock`, "utf8"),
    );
    const path = `${directory}.current.partial`;
    writeFileSync(path, locked.map(versions).join("\n"));
    return [path];
  } catch {
    return [];
  }
}
