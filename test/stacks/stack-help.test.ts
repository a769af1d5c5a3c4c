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
const aws = [
  ...["--region", "--shape", "--bucket", "--domain", "--hosted-zone", "--certificate"],
  ...["--public", "--egress", "--architecture"],
];
const terraform = ["--state", "--terraform-binary"];

describe.each([
  ["plan", { Options: ["--check"], Where: where, What: what, AWS: aws, Terraform: terraform }],
  [
    "deploy",
    {
      Options: ["--yes", "--new-volume"],
      Where: where,
      What: what,
      AWS: aws,
      Terraform: terraform,
    },
  ],
  [
    "destroy",
    {
      Options: ["--delete-data", "--yes"],
      Where: where,
      What: ["--topology", "--name"],
      AWS: aws,
      Terraform: terraform,
    },
  ],
  ["output", { Options: ["--json"], Where: ["--out", "--env-file"], Terraform: terraform }],
  ["synth", { Options: [], Where: where, What: what, AWS: aws, Terraform: ["--state"] }],
])("%s --help", (verb, groups) => {
  test("has the flags that mean something to it, in groups", async () => {
    expect((await help(verb)).groups).toStrictEqual(groups);
  });

  test("has two to four examples of flags that it takes", async () => {
    const { examples, groups: found } = await help(verb);
    expect([2, 3, 4]).toContain(examples.length);
    for (const line of examples) {
      expect(line).toMatch(new RegExp(`^${verb} (home-lab|aws)`));
      const flags = [...line.matchAll(/--[a-z-]+/g)].map(([flag]) => flag);
      expect(Object.values(found).flat()).toEqual(expect.arrayContaining(flags));
    }
  });
});

describe("a flag of another stack", () => {
  test.each([
    ["aws", ["--port", "8080", "--host", "ssh://a@b"], ["--host", "--port"], "home-lab"],
    ["home-lab", ["--domain", "a.b", "--public"], ["--domain", "--public"], "aws"],
  ])("is refused by %s", async (stack, words, flags, owner) => {
    const { exitCode, stderr } = await command.run(["plan", stack, ...words]);
    expect(exitCode).toBe(2);
    const line = `is for the stack ${owner}; remove it, or name ${owner} in place of ${stack}`;
    expect(stderr).toBe(flags.map((flag) => `${flag}: ${line}`).join("\n"));
  });

  test("an unknown stack is told which there are", async () => {
    const { exitCode, stderr } = await command.run(["deploy", "azure"]);
    expect(exitCode).toBe(2);
    expect(stderr).toBe('stack: must be "home-lab" or "aws"; got "azure"');
  });

  test("data of home-lab goes by name, and that of aws at once", async () => {
    const lab = await command.run(["destroy", "home-lab", "--delete-data"]);
    expect(lab.stderr).toMatch(/^--delete-data: must name a volume/);
    const aws = await command.run(["destroy", "aws", "--delete-data", "x"]);
    expect(aws.stderr).toMatch(/^--delete-data: must have no name on AWS/);
    expect([lab.exitCode, aws.exitCode]).toEqual([2, 2]);
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

  test.each([
    [["status", "aws"], /mlstack\.mjs plan aws$/],
    [["up", "aws"], /mlstack\.mjs deploy aws$/],
    [["generate", "aws"], /mlstack\.mjs synth aws$/],
    [["down", "aws", "--delete-data"], /mlstack\.mjs destroy aws --delete-data$/],
    [["logs", "aws", "-f"], / aws logs tail \/mlflow-stacks\/team --region eu-west-1 --follow$/],
  ])("%j names the way on AWS", async (words, way) => {
    const cwd = command.folder();
    mkdirSync(join(cwd, "mlflow/aws"), { recursive: true });
    const settings = ["MLSTACK_NAME=team", "MLSTACK_AWS_REGION=eu-west-1"];
    const destination = "MLFLOW_ARTIFACTS_DESTINATION=s3://team-models";
    const text = [...settings, destination, ""].join("\n");
    writeFileSync(join(cwd, "mlflow/aws/mlstack.env"), text);
    const { exitCode, stderr } = await command.run(words, { cwd });
    expect(exitCode).toBe(2);
    expect(stderr).toMatch(/^topology: must be a topology; "aws" is a stack; use: /);
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
