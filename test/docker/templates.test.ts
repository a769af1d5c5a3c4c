import { execaSync } from "execa";
import { mkdtempSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { escapeTemplate } from "../../constructs/docker/resolver.js";
import { trickyValues } from "../helpers/arbitraries.js";
import { synth, textsOf, unescapeTemplate } from "../helpers/docker-target.js";
import { localhostFiles } from "../helpers/deployments.js";
import { describeWithTerraform, scratchFolder } from "../helpers/terraform.js";

const texts: readonly string[] = [
  // Terraform drops a byte order mark at a text's begin.
  ...trickyValues.filter((text) => !text.startsWith("\ufeff")),
  ...["${", "%{", "${a}", "$${a}", "$$${a}", "$$$${a}", "%{if}", "%%{if}", "%%%{if}", "$%{a}"],
  ...["%${a}", "a$", "a$$", "$ {", "\\${a}", '"${a}"', "~}${~a~}", "${jsonencode(1)}"],
];

describeWithTerraform("texts", (program) => {
  const scratch = scratchFolder();

  /** What the program itself makes of these texts. */
  function evaluate(values: readonly string[]): readonly unknown[] {
    const directory = mkdtempSync(join(scratch, "texts-"));
    const output = Object.fromEntries(values.map((value, index) => [`o${index}`, { value }]));
    writeFileSync(join(directory, "cdk.tf.json"), JSON.stringify({ output }));
    const options = { cwd: directory, env: { CHECKPOINT_DISABLE: "1" } };
    execaSync(program, ["init", "-input=false"], options);
    execaSync(program, ["apply", "-auto-approve", "-input=false"], options);
    const { stdout } = execaSync(program, ["output", "-json"], options);
    const found = JSON.parse(stdout) as Record<string, { value: unknown }>;
    return values.map((_, index) => found[`o${index}`]?.value);
  }

  test("that are escaped come back from it as they were", () => {
    expect(evaluate(texts.map(escapeTemplate))).toStrictEqual(texts);
  });

  test("of a configuration are read by it as by the tests", () => {
    const file = synth(
      localhostFiles({
        trackingServer: {
          dataDirectory: { style: "posix", path: '/srv/${a} %{b} $${c} "d"' },
          user: "1000:1000",
          publicUrls: ["http://${a}.lan"],
        },
      }),
    );
    const values = textsOf(file.resource)
      .map(([, text]) => text)
      .filter((text) => !/\$\{(docker_image|self|var|path|jsonencode)\b/.test(text));
    expect(values.filter((text) => text.includes("$${")).length).toBeGreaterThan(1);
    expect(evaluate(values)).toStrictEqual(values.map(unescapeTemplate));
  });
});
