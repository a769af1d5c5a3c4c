import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { formatDotenvValue, parseDotenv } from "../../env/dotenv.js";
import { dotenvValue, trickyValues } from "../helpers/arbitraries.js";

const roundTrip = (value: string) => parseDotenv(`A=${formatDotenvValue(value)}\n`);

describe("a value comes back as it was", () => {
  test.each(trickyValues)("%j", (value) => {
    expect(roundTrip(value)).toStrictEqual({ values: { A: value }, problems: [] });
  });

  test("whatever it is, on a line of its own", () => {
    fc.assert(
      fc.property(dotenvValue, (value) => {
        expect(roundTrip(value)).toStrictEqual({ values: { A: value }, problems: [] });
      }),
    );
  });

  test("between other values and with Windows line ends", () => {
    fc.assert(
      fc.property(fc.array(dotenvValue), fc.constantFrom("\n", "\r\n"), (values, end) => {
        const lines = values.map((value, index) => `V${index}=${formatDotenvValue(value)}`);
        expect(Object.values(parseDotenv(lines.join(end)).values)).toStrictEqual(values);
      }),
    );
  });
});

test.each(["a\nb", "\0", "a\tb", "\x7f"])("a control character is a bug: %j", (value) => {
  expect(() => formatDotenvValue(value)).toThrow("bug: control character in a dotenv value");
});

test("half a surrogate pair is a bug, because UTF-8 has no bytes for it", () => {
  expect(() => formatDotenvValue("a\ud83d")).toThrow("bug: half a character in a dotenv value");
});

describe("what people write by hand is read", () => {
  test.each([
    ["A=1", "1"],
    ["export A=1", "1"],
    ["  A = 1  ", "1"],
    ["\ufeffA=1\r\n", "1"],
    ["A=", ""],
    ["A=E:\\mlruns", "E:\\mlruns"],
    ["A=a # comment", "a"],
    ["A=a#b", "a#b"],
    ["A='a # b' # comment", "a # b"],
    ['A="a \\"b\\" \\\\ \\$c" # comment', 'a "b" \\ $c'],
    ['A="a\\nb"', "a\\nb"],
    ["A='$B'", "$B"],
    ["# comment\n\n\tA=1", "1"],
  ])("%j", (text, value) => {
    expect(parseDotenv(text)).toStrictEqual({ values: { A: value }, problems: [] });
  });
});

describe("what cannot be read is named with its line", () => {
  test.each([
    ["A=1\nB", 2, "must be NAME=value, a comment or empty"],
    ["1A=1", 1, "must be NAME=value, a comment or empty"],
    ["A='x", 1, "A has a quote that does not end"],
    ["A=$B", 1, 'A has a "$" that Docker Compose would replace; put the value in single quotes'],
    [
      'A="pa$word"',
      1,
      'A has a "$" that Docker Compose would replace; put the value in single quotes',
    ],
    ['A="x\\"', 1, "A has a quote that does not end"],
    ["A='x' y", 1, "A has a quote that does not end"],
    ["A=1\r\nA=2", 2, "A is set a second time"],
  ])("%j", (text, line, problem) => {
    expect(parseDotenv(text).problems).toStrictEqual([{ line, problem }]);
  });
});

test("names that objects have by themselves are names like any other", () => {
  const { values, problems } = parseDotenv("constructor=1\n__proto__=2\n");
  expect(Object.entries(values)).toStrictEqual([
    ["constructor", "1"],
    ["__proto__", "2"],
  ]);
  expect(problems).toStrictEqual([]);
});
