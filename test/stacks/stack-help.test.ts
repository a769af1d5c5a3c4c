import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { builtCommand } from "./command.js";

const command = builtCommand();

/** The long flags of a verb's help by their group, without `--help`. */
async function help(verb: string) {
  const { stdout } = await command.run([verb, "--help"]);
  const groups = [...stdout.matchAll(/^([A-Z]\w+):\n((?: .*\n?)+)/gm)];
  const flags = (text = "") =>
    [...text.matchAll(/^ {2}(?:-\w, )?(--[a-z-]+)/gm)]
      .map(([, flag]) => flag)
      .filter((flag) => flag !== "--help");
  return {
    examples: [...stdout.matchAll(/^ {2}mlstack (.*?)(?: {2}|$)/gm)].map(([, line]) => line ?? ""),
    groups: Object.fromEntries(
      groups
        .filter(([, group]) => group !== "Examples")
        .map(([, group, text]) => [group, flags(text)]),
    ),
  };
}

const where = ["--out", "--env-file", "--host", "--jump", "--ssh-key", "--ssh-option"];
const what = [
  ...["--topology", "--name", "--listen", "--port", "--public-url"],
  ...["--profile", "--data-directory", "--set"],
];
const terraform = ["--state", "--terraform-binary"];

describe.each([
  ["plan", { Options: ["--check"], Where: where, What: what, Terraform: terraform }],
  [
    "deploy",
    { Options: ["--yes", "--new-volume"], Where: where, What: what, Terraform: terraform },
  ],
  [
    "destroy",
    {
      Options: ["--delete-data", "--yes"],
      Where: where,
      What: ["--topology", "--name"],
      Terraform: terraform,
    },
  ],
  ["output", { Options: ["--json"], Where: ["--out", "--env-file"], Terraform: terraform }],
  ["synth", { Options: [], Where: where, What: what, Terraform: ["--state"] }],
])("%s --help", (verb, groups) => {
  test("has the flags that mean something to it, in groups", async () => {
    expect((await help(verb)).groups).toStrictEqual(groups);
  });

  test("has two or three examples of flags that it takes", async () => {
    const { examples, groups: found } = await help(verb);
    expect([2, 3]).toContain(examples.length);
    for (const line of examples) {
      expect(line).toMatch(new RegExp(`^${verb} home-lab`));
      const flags = [...line.matchAll(/--[a-z-]+/g)].map(([flag]) => flag);
      expect(Object.values(found).flat()).toEqual(expect.arrayContaining(flags));
    }
  });
});

describe("a stack where a topology is expected", () => {
  const ways: readonly (readonly [readonly string[], RegExp])[] = [
    [["status", "home-lab"], /mlstack\.mjs plan home-lab$/],
    [["status", "home-lab", "--out", "a b"], /mlstack\.mjs plan home-lab --out 'a b'$/],
    [["up", "home-lab"], /mlstack\.mjs deploy home-lab$/],
    [["generate", "home-lab"], /mlstack\.mjs synth home-lab$/],
    [["init", "home-lab"], /mlstack\.mjs deploy home-lab --help$/],
    [["down", "home-lab"], /mlstack\.mjs destroy home-lab$/],
    [["down", "home-lab", "--delete-data"], /mlstack\.mjs destroy home-lab --delete-data …$/],
    [["logs", "home-lab"], / docker logs --tail 100 mlflow-home-lab-tracking-server$/],
  ];
  test.each(ways)("%j names the way", async (words, way) => {
    const { exitCode, stderr } = await command.run(words, { cwd: command.folder() });
    expect(exitCode).toBe(2);
    expect(stderr).toMatch(/^topology: must be a topology; "home-lab" is a stack; use: /);
    expect(stderr).toMatch(way);
  });

  test("logs are those of the host and the name in the folder", async () => {
    const cwd = command.folder();
    mkdirSync(join(cwd, "lab"));
    const settings = "MLSTACK_NAME=lab\nMLSTACK_DOCKER_HOST=ssh://me@n100.lan:2222\n";
    writeFileSync(join(cwd, "lab", "mlstack.env"), settings);
    const words = ["logs", "home-lab", "--out", "lab", "--tail", "5", "-f"];
    const { stderr } = await command.run(words, { cwd });
    expect(stderr).toMatch(
      /; use: ssh -p 2222 me@n100\.lan docker logs --tail 5 --follow lab-tracking-server$/,
    );
  });
});
