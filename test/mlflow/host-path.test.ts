import { describe, expect, test } from "vitest";
import {
  fileUri,
  joinHostPath,
  parseHostPath,
  sqliteUri,
  type PathStyle,
} from "../../constructs/mlflow/index.js";

const bases = { posix: "/home/ann/work", windows: "D:\\work" };

/** The path, or the refusal after an exclamation mark. */
function read(text: string, style: PathStyle): string {
  const result = parseHostPath(text, style, bases[style]);
  return result.ok ? result.value.path : `! ${result.problem}`;
}

describe("every spelling of a directory becomes one path", () => {
  test.each([
    ["posix", "/srv/x", "/srv/x"],
    ["posix", "./x", "/home/ann/work/x"],
    ["posix", "x/y/", "/home/ann/work/x/y"],
    ["posix", ".", "/home/ann/work"],
    ["posix", "../x", "/home/ann/x"],
    ["posix", "/srv//a/./b/../c/", "/srv/a/c"],
    ["posix", "/srv/my runs", "/srv/my runs"],
    ["posix", "/srv/my%20runs", "/srv/my%20runs"],
    ["posix", "file:///srv/my%20runs", "/srv/my runs"],
    ["posix", "file://localhost/srv/x", "/srv/x"],
    ["posix", "FILE:///srv/ü", "/srv/ü"],
    ["windows", "E:\\mlruns", "E:/mlruns"],
    ["windows", "E:/mlruns", "E:/mlruns"],
    ["windows", "e:\\a\\..\\ml runs\\", "E:/ml runs"],
    ["windows", "file:///E:/x", "E:/x"],
    ["windows", "file:///e:/my%20runs", "E:/my runs"],
    ["windows", "./x", "D:/work/x"],
    ["windows", "..\\x", "D:/x"],
    ["windows", "\\mlruns", "D:/mlruns"],
    ["windows", "/srv/x", "D:/srv/x"],
  ] as const)("%s: %s", (style, text, path) => {
    expect(read(text, style)).toBe(path);
  });
});

describe("what cannot be one path is refused with the spelling to use", () => {
  const network = "! must not be a network path, which neither SQLite nor a volume can use; got ";
  const drive =
    "! is a path of Windows, and the server runs on a machine without drive letters; got ";
  const written =
    '! must be written out, because nothing replaces "~", "$HOME" or "%USERPROFILE%" here; got ';
  test.each([
    [
      "windows",
      "\\\\nas\\mlflow",
      `${network}"\\\\nas\\mlflow"; map the share to a drive and use that, such as "Z:/mlflow"`,
    ],
    [
      "posix",
      "//server/share",
      `${network}"//server/share"; mount the share and use its place, such as "/mnt/share/mlflow"`,
    ],
    [
      "posix",
      "file:////server/share",
      `${network}"//server/share"; mount the share and use its place, such as "/mnt/share/mlflow"`,
    ],
    [
      "posix",
      "E:\\ml\\runs",
      `${drive}"E:\\ml\\runs"; use a path such as "/srv/ml/runs", or "/mnt/e/ml/runs" under WSL`,
    ],
    [
      "posix",
      "file:///E:/x",
      `${drive}"E:/x"; use a path such as "/srv/x", or "/mnt/e/x" under WSL`,
    ],
    ["windows", "E:mlruns", '! must have a slash after the drive; got "E:mlruns"; use "E:/mlruns"'],
    [
      "windows",
      "file://E:/x",
      '! needs three slashes before a drive; got "file://E:/x"; use "file:///E:/x"',
    ],
    [
      "posix",
      "file://server/x",
      '! must be "file:///" and an absolute path of this machine; got "file://server/x"',
    ],
    [
      "posix",
      "file:srv/x",
      '! must begin with "file:///"; got "file:srv/x"; use "file:///srv/x"',
    ],
    ["posix", "file:/srv/x", '! must begin with "file:///"; got "file:/srv/x"; use "file:///srv/x"'],
    [
      "windows",
      "\\\\?\\E:\\mlflow",
      '! must not begin with "\\\\?\\"; got "\\\\?\\E:\\mlflow"; use "E:\\mlflow"',
    ],
    [
      "posix",
      "file:///srv/100%",
      '! has a "%" that is not followed by two hex digits; got "file:///srv/100%"',
    ],
    ["posix", "a\\b", '! must be written with "/"; got "a\\b"; use "a/b"'],
    ["posix", "s3://bucket/x", '! must be a path of this machine, not a URI; got "s3://bucket/x"'],
    ["posix", "~/mlflow", `${written}"~/mlflow"; use "/home/you/mlflow"`],
    ["posix", "${HOME}/mlflow", `${written}"\${HOME}/mlflow"; use "/home/you/mlflow"`],
    ["windows", "%USERPROFILE%\\ml", `${written}"%USERPROFILE%\\ml"; use "C:/Users/you/mlflow"`],
    [
      "posix",
      "/srv/what?",
      '! must not have a "?", which ends the path in a SQLite URI; got "/srv/what?"',
    ],
    ["posix", "/..", '! must be a directory below the root; got "/.."'],
    ["windows", "C:\\", '! must be a directory below the root; got "C:/"'],
    ["posix", "  ", '! must be a path, such as "./mlflow-data"'],
    ["posix", "/srv/a\nb", "! must be a path without control characters"],
    ["posix", "file:///srv/a%00", "! must be a path without control characters"],
  ] as const)("%s: %s", (style, text, refusal) => {
    expect(read(text, style)).toBe(refusal);
  });
});

const path = (style: PathStyle, text: string) => ({ style, path: text });

test("a file URI has three slashes before a drive and percent signs for the rest", () => {
  expect(fileUri(path("posix", "/srv/my runs"))).toBe("file:///srv/my%20runs");
  expect(fileUri(path("windows", "E:/my runs/100%"))).toBe("file:///E:/my%20runs/100%25");
  expect(fileUri(path("posix", "/srv/a%20b#c/ü"))).toBe("file:///srv/a%2520b%23c/%C3%BC");
});

test("a file URI reads back as the path it came from", () => {
  expect(read(fileUri(path("windows", "E:/a b%20c#d")), "windows")).toBe("E:/a b%20c#d");
});

test("a SQLite URI has the path after three slashes, with a percent sign encoded", () => {
  expect(sqliteUri(path("posix", "/srv/my runs/x.db"))).toBe("sqlite:////srv/my runs/x.db");
  expect(sqliteUri(path("windows", "E:/ml%20/x.db"))).toBe("sqlite:///E:/ml%2520/x.db");
});

test("a name is joined with a slash on Windows too", () => {
  expect(joinHostPath(path("windows", "E:/ml"), "a/b.db")).toStrictEqual(
    path("windows", "E:/ml/a/b.db"),
  );
});
