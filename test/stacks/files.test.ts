import {
  linkSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeEach, describe, expect, test } from "vitest";
import { readIfExists, writeFileAtomically } from "../../stacks/tools/files.js";
import { messageOf } from "../helpers/deployments.js";
import { modeOf } from "./command.js";

const scratch = mkdtempSync(join(tmpdir(), "mlstack-files-"));
afterAll(() => rmSync(scratch, { recursive: true, force: true }));

let folder = "";
beforeEach(() => {
  folder = mkdtempSync(join(scratch, "folder-"));
});

describe("a file that is replaced", () => {
  test("is another file, so that whoever has the old one open reads all of it", () => {
    const file = join(folder, "file");
    writeFileAtomically(file, "old\n", 0o600);
    linkSync(file, join(folder, "opened"));
    writeFileAtomically(file, "new\n", 0o644);
    expect(readFileSync(join(folder, "opened"), "utf8")).toBe("old\n");
    expect(readFileSync(file, "utf8")).toBe("new\n");
    expect(modeOf(file)).toBe("644");
    expect(readdirSync(folder).sort()).toStrictEqual(["file", "opened"]);
  });

  test("has all of a long text, in a folder that is made for it", () => {
    const file = join(folder, "a/b/file");
    const text = "é😀\n".repeat(1_000_000);
    writeFileAtomically(file, text, 0o600);
    expect(readFileSync(file, "utf8") === text).toBe(true);
    expect(modeOf(file)).toBe("600");
  });

  test("stays as it is, with nothing beside it, when it must not be there", () => {
    const file = join(folder, "file");
    writeFileAtomically(file, "first\n", 0o600, true);
    expect(messageOf(() => writeFileAtomically(file, "second\n", 0o600, true))).toBe(
      `${file}: was made by another run at the same moment; run the command again`,
    );
    expect(readFileSync(file, "utf8")).toBe("first\n");
    expect(readdirSync(folder)).toStrictEqual(["file"]);
  });
});

describe("a place that cannot be written is named with the way out", () => {
  test("a folder of that name", () => {
    const file = join(folder, "file");
    mkdirSync(file);
    expect(messageOf(() => writeFileAtomically(file, "x", 0o600))).toBe(
      `${file}: is a folder, and a file of that name has to be written; move it away`,
    );
    expect(readdirSync(folder)).toStrictEqual(["file"]);
  });

  test("a folder below a file", () => {
    writeFileSync(join(folder, "file"), "mine\n");
    const below = join(folder, "file", "x");
    const message = `${below}: is below something that is not a folder; name another folder with --out`;
    expect(messageOf(() => writeFileAtomically(below, "x", 0o600))).toBe(message);
    expect(messageOf(() => readIfExists(below))).toBe(message);
  });
});

test("a file that is not there is no text", () => {
  expect(readIfExists(join(folder, "file"))).toBeUndefined();
});
