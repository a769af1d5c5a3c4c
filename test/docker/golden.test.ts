import { mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, describe, expect, onTestFinished, test, vi } from "vitest";
import { packageDirectory } from "../../constructs/image/load.js";
import { renderDockerGolden } from "../helpers/docker-golden.js";
import { goldenCases } from "../helpers/golden-cases.js";

const golden = join(packageDirectory(), "constructs", "docker", "golden");

afterEach(() => void vi.unstubAllEnvs());

test("there is a folder for each case and no other", () => {
  const names = goldenCases.map(({ name }) => name);
  expect(readdirSync(golden).sort()).toStrictEqual(names.sort());
});

describe.each(goldenCases)("golden $name", (goldenCase) => {
  const folder = join(golden, goldenCase.name);
  const stored = () =>
    Object.fromEntries(
      readdirSync(folder).map((name) => [name, readFileSync(join(folder, name), "utf8")]),
    );

  test("is what is synthesised now; else read `npm run golden`'s diff", () => {
    expect(renderDockerGolden(goldenCase)).toStrictEqual(stored());
  });

  test("is the same from another folder, with another one for temporary files", () => {
    const before = process.cwd();
    const elsewhere = mkdtempSync(join(tmpdir(), "mlstack elsewhere "));
    onTestFinished(() => {
      process.chdir(before);
      rmSync(elsewhere, { recursive: true });
    });
    process.chdir(elsewhere);
    vi.stubEnv("TMPDIR", elsewhere);
    vi.stubEnv("DOCKER_HOST", "tcp://192.0.2.1:2375");
    expect(renderDockerGolden(goldenCase)).toStrictEqual(stored());
  });

  test("says nothing of the machine that made it", () => {
    const text = readFileSync(join(folder, "cdk.tf.json"), "utf8");
    expect(text).not.toContain(packageDirectory());
    expect(text).not.toContain(tmpdir() + "/");
  });
});
