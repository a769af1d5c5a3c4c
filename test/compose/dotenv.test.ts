import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import fc from "fast-check";
import { expect, onTestFinished, test } from "vitest";
import { formatDotenvValue } from "../../env/dotenv.js";
import { dotenvValue, trickyValues } from "../helpers/arbitraries.js";
import { dockerCompose, needsDockerCompose } from "../helpers/docker-compose.js";

/** What Compose makes of a `.env` that holds these values. */
function readByCompose(values: readonly string[], end: string): readonly (string | undefined)[] {
  const directory = mkdtempSync(join(tmpdir(), "dotenv-"));
  onTestFinished(() => rmSync(directory, { recursive: true }));
  const lines = values.map((value, index) => `V${index}=${formatDotenvValue(value)}${end}`);
  writeFileSync(join(directory, ".env"), lines.join(""));
  const compose = join(directory, "docker-compose.yml");
  writeFileSync(compose, "services: { a: { image: 'a:1' } }\n");
  const { exitCode, stdout, stderr } = dockerCompose(["-f", compose, "config", "--environment"]);
  expect({ exitCode, stderr }).toStrictEqual({ exitCode: 0, stderr: "" });
  const read = new Map(
    stdout.split("\n").map((line) => {
      const equals = line.indexOf("=");
      return [line.slice(0, equals), line.slice(equals + 1)];
    }),
  );
  return values.map((_, index) => read.get(`V${index}`));
}

test("Compose reads every tricky value byte for byte", (context) => {
  needsDockerCompose(context);
  expect(readByCompose(trickyValues, "\n")).toStrictEqual(trickyValues);
});

test("Compose reads whatever is written byte for byte", (context) => {
  needsDockerCompose(context);
  fc.assert(
    fc.property(fc.array(dotenvValue, { minLength: 300, maxLength: 600 }), (values) => {
      expect(readByCompose(values, "\n")).toStrictEqual(values);
    }),
    { numRuns: 5, endOnFailure: true },
  );
});

test("Compose reads it with Windows line ends too", (context) => {
  needsDockerCompose(context);
  expect(readByCompose(trickyValues, "\r\n")).toStrictEqual(trickyValues);
});
