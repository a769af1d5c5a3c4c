import { execa, execaSync } from "execa";
import { join } from "node:path";
import { expect, test } from "vitest";
import { describeWhere } from "../helpers/requirement.js";

const programs = ["python3", "blkid", "mkfs.ext4"];

const path = { PATH: `${process.env["PATH"] ?? ""}:/usr/sbin:/sbin` };

const absent = programs.filter((program) => {
  const words = ["-c", 'command -v "$1"', "sh", program];
  return execaSync("sh", words, { reject: false, env: path }).exitCode !== 0;
});

const missing = absent.length === 0 ? undefined : `there is no ${absent.join(", ")}`;
const needs = "Python and the tools of ext4";

describeWhere(
  "the instance's boot",
  { missing, needs, note: `steps of the boot: ${missing}` },
  () => {
    test("each step by itself, in Python", async () => {
      const script = join(import.meta.dirname, "host_boot_test.py");
      const { exitCode, all } = await execa("python3", [script], {
        reject: false,
        all: true,
        env: path,
      });
      expect(exitCode, all).toBe(0);
      expect(all).toMatch(/Ran 1\d tests/);
    });
  },
);
