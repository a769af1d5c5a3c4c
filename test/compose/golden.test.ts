import { spawnSync } from "node:child_process";
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, relative } from "node:path";
import { describe, expect, onTestFinished, test } from "vitest";
import { parse } from "yaml";
import { imageName, renderBuildContext, renderComposeFile } from "../../compose-templates/index.js";
import { planContainers, resolveDeployment } from "../../constructs/mlflow/index.js";
import { loadAssets, packageDirectory } from "../../constructs/image/load.js";
import { dockerCompose, needsDockerCompose } from "../helpers/docker-compose.js";
import { goldenCases, renderGolden } from "../helpers/golden-cases.js";

const golden = join(packageDirectory(), "compose-templates", "golden");

function readFolder(folder: string): Record<string, string> {
  const files = readdirSync(folder, { recursive: true, withFileTypes: true }).filter((entry) =>
    entry.isFile(),
  );
  return Object.fromEntries(
    files.map((entry) => {
      const path = join(entry.parentPath, entry.name);
      return [relative(folder, path).replaceAll("\\", "/"), readFileSync(path, "utf8")];
    }),
  );
}

test("there is a folder for each case and no other", () => {
  const names = goldenCases.map(({ name }) => name);
  expect(readdirSync(golden).sort()).toStrictEqual(names.sort());
});

describe.each(goldenCases)("golden $name", (goldenCase) => {
  const folder = join(golden, goldenCase.name);
  const compose = join(folder, "docker-compose.yml");

  test("is what is rendered now; else read `npm run golden`'s diff", () => {
    const rendered = renderGolden(goldenCase, loadAssets());
    expect(readFolder(folder)).toStrictEqual(
      Object.fromEntries(rendered.map(({ path, text }) => [path, text])),
    );
  });

  test.each(["1.1", "1.2"] as const)("reads back as the rendered object in YAML %s", (version) => {
    const deployment = resolveDeployment(goldenCase.props);
    const plan = planContainers(deployment);
    const image = imageName(renderBuildContext(loadAssets(), plan.requirements));
    const file = renderComposeFile(plan, { image, profile: deployment.profile });
    expect(parse(readFileSync(compose, "utf8"), { version })).toStrictEqual(file);
  });

  test("is a Compose file to Docker Compose", (context) => {
    needsDockerCompose(context);
    const directory = mkdtempSync(join(tmpdir(), "golden-"));
    onTestFinished(() => rmSync(directory, { recursive: true }));
    const envFile = join(directory, ".env");
    const example = readFileSync(join(folder, ".env.example"), "utf8");
    writeFileSync(
      envFile,
      example.replace(/^([A-Z_]+)=$/gm, "$1=dummyDUMMYdummyDUMMYdummyDUMMYdumm"),
    );
    const result = dockerCompose(["--env-file", envFile, "-f", compose, "config", "-q"]);
    expect(result).toStrictEqual({ exitCode: 0, stdout: "", stderr: "" });
  });
});

test("dclint finds nothing in any golden", () => {
  const bin = join(packageDirectory(), "node_modules", "dclint", "bin", "dclint.cjs");
  const config = join(packageDirectory(), ".dclintrc");
  const files = goldenCases.map(({ name }) => join(golden, name, "docker-compose.yml"));
  const words = [bin, "--config", config, "--max-warnings", "0", "--no-color", ...files];
  const { status, stdout } = spawnSync(process.execPath, words, { encoding: "utf8" });
  expect({ status, found: stdout.trim() }).toStrictEqual({ status: 0, found: "" });
});
