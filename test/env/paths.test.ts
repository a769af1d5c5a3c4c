import { describe, expect, test } from "vitest";
import {
  dataPath,
  planContainers,
  resolveEnvValue,
  fileUri,
  sqliteUri,
  joinHostPath,
  type HostPath,
  type Topology,
} from "../../constructs/mlflow/index.js";
import { renderComposeFile } from "../../compose-templates/index.js";
import { parseDotenv } from "../../env/dotenv.js";
import { loadDeployment, type Machine } from "../../env/load.js";
import { messageOf } from "../helpers/deployments.js";
import { linux, windows } from "./machines.js";

/** The data folder that one line of an env file means. */
function folderOf(topology: Topology, line: string, machine: Machine): HostPath {
  const { values, problems } = parseDotenv(line);
  expect(problems).toStrictEqual([]);
  const { dataDirectory } = loadDeployment(topology, values, machine).deployment.trackingServer;
  if (dataDirectory === undefined) throw new Error("no data folder");
  return dataDirectory;
}

/** The source of the volume that Compose mounts for one line of an env file. */
function volumeSource(topology: Topology, line: string, machine: Machine): unknown {
  const { values } = parseDotenv(line);
  const { deployment } = loadDeployment(topology, values, machine);
  const file = renderComposeFile(planContainers(deployment), { image: "x", profile: "n100" });
  return file.services["tracking-server"]?.volumes?.find(({ type }) => type === "bind")?.source;
}

const spellings: readonly (readonly [string, Machine, Topology, string, string])[] = [
  ["Linux", linux, "localhost-files", "MLSTACK_DATA_DIRECTORY=/srv/x", "/srv/x"],
  ["Linux", linux, "localhost-files", "MLSTACK_DATA_DIRECTORY=./x", "/home/ann/x"],
  ["Linux", linux, "localhost-files", "MLSTACK_DATA_DIRECTORY=file:///srv/my%20x", "/srv/my x"],
  ["Linux", linux, "localhost-files", "MLFLOW_BACKEND_STORE_URI=./mlruns", "/home/ann"],
  ["Linux", linux, "localhost-files", "MLFLOW_BACKEND_STORE_URI=/srv/x/mlruns/", "/srv/x"],
  ["Linux", linux, "localhost-files", "MLFLOW_BACKEND_STORE_URI=file:///srv/x/mlruns", "/srv/x"],
  ["Linux", linux, "localhost-files", "MLFLOW_ARTIFACTS_DESTINATION=/srv/x/artifacts", "/srv/x"],
  [
    "Linux",
    linux,
    "localhost-database",
    "MLFLOW_BACKEND_STORE_URI=sqlite:////srv/x/mlflow.db",
    "/srv/x",
  ],
  [
    "Linux",
    linux,
    "localhost-database",
    "MLFLOW_BACKEND_STORE_URI=sqlite:///mlflow.db",
    "/home/ann",
  ],
  ["Windows", windows, "localhost-files", "MLSTACK_DATA_DIRECTORY=E:\\mlruns", "E:/mlruns"],
  ["Windows", windows, "localhost-files", "MLSTACK_DATA_DIRECTORY=E:/mlruns", "E:/mlruns"],
  ["Windows", windows, "localhost-files", "MLSTACK_DATA_DIRECTORY='E:\\mlruns'", "E:/mlruns"],
  ["Windows", windows, "localhost-files", 'MLSTACK_DATA_DIRECTORY="E:\\mlruns"', "E:/mlruns"],
  ["Windows", windows, "localhost-files", "MLSTACK_DATA_DIRECTORY=file:///E:/x", "E:/x"],
  ["Windows", windows, "localhost-files", "MLSTACK_DATA_DIRECTORY=.\\x", "D:/ann/x"],
  ["Windows", windows, "localhost-files", "MLSTACK_DATA_DIRECTORY=/srv/x", "D:/srv/x"],
  ["Windows", windows, "localhost-files", "MLFLOW_BACKEND_STORE_URI=E:\\x\\mlruns", "E:/x"],
  ["Windows", windows, "localhost-files", "MLFLOW_BACKEND_STORE_URI=file:///E:/x/mlruns", "E:/x"],
  ["Windows", windows, "localhost-files", "MLFLOW_ARTIFACTS_DESTINATION=e:\\x\\artifacts", "E:/x"],
  [
    "Windows",
    windows,
    "localhost-database",
    "MLFLOW_BACKEND_STORE_URI=sqlite:///E:/x/mlflow.db",
    "E:/x",
  ],
  [
    "Windows",
    windows,
    "localhost-database",
    "MLFLOW_BACKEND_STORE_URI=sqlite:///E:\\x\\mlflow.db",
    "E:/x",
  ],
];

describe("each spelling becomes one path", () => {
  test.each(spellings)("%s: %s %s %s", (_, machine, topology, line, path) => {
    expect(folderOf(topology, line, machine)).toStrictEqual({ style: machine.pathStyle, path });
  });

  test.each(spellings)("also with a mark and Windows line ends: %s: %s", (...spelling) => {
    const [, machine, topology, line, path] = spelling;
    expect(folderOf(topology, `\ufeff# mine\r\n\r\n${line}\r\n`, machine).path).toBe(path);
  });

  test.each(spellings)("which Compose mounts: %s: %s %s", (_, machine, topology, line, path) => {
    expect(volumeSource(topology, line, machine)).toBe(path);
  });
});

describe("a process gets the same place as URIs", () => {
  const uris = (folder: HostPath) =>
    (["file-uri", "sqlite-uri"] as const).map((form) =>
      resolveEnvValue([dataPath("mlflow.db", form)].flat(), {
        literal: (text) => text,
        secretFile: () => "",
        address: () => "",
        listen: () => "",
        dataPath: (name, as) =>
          as === "file-uri"
            ? fileUri(joinHostPath(folder, name))
            : sqliteUri(joinHostPath(folder, name)),
      }),
    );

  test.each([
    [linux, "./my x", "file:///home/ann/my%20x/mlflow.db", "sqlite:////home/ann/my x/mlflow.db"],
    [linux, "/srv/x", "file:///srv/x/mlflow.db", "sqlite:////srv/x/mlflow.db"],
    [windows, "E:\\mlruns", "file:///E:/mlruns/mlflow.db", "sqlite:///E:/mlruns/mlflow.db"],
    [windows, "file:///E:/x", "file:///E:/x/mlflow.db", "sqlite:///E:/x/mlflow.db"],
  ])("%j %s", (machine, text, file, sqlite) => {
    const folder = folderOf("localhost-files", `MLSTACK_DATA_DIRECTORY=${text}`, machine);
    expect(uris(folder)).toStrictEqual([file, sqlite]);
  });
});

const refusal = (topology: Topology, name: string, text: string, machine: Machine) =>
  messageOf(() => loadDeployment(topology, { [name]: text }, machine));

describe("a path that cannot be meant is refused with one that can", () => {
  const place = (name: string, got: string, use: string, folder: string) =>
    `must end in a folder and "/${name}", the name it has in the data folder; got "${got}"; use "${use}", or set MLSTACK_DATA_DIRECTORY=${folder} instead`;
  test.each<[string, Topology, string, string, Machine, string]>([
    [
      "a drive on Linux",
      "localhost-files",
      "MLSTACK_DATA_DIRECTORY",
      "E:\\mlruns",
      linux,
      'is a path of Windows, and the server runs on a machine without drive letters; got "E:\\mlruns"; use a path such as "/srv/mlruns", or "/mnt/e/mlruns" under WSL',
    ],
    [
      "a share on Windows",
      "localhost-files",
      "MLSTACK_DATA_DIRECTORY",
      "\\\\nas\\mlflow",
      windows,
      'must not be a network path, which neither SQLite nor a volume can use; got "\\\\nas\\mlflow"; map the share to a drive and use that, such as "Z:/mlflow"',
    ],
    [
      "a share as a store",
      "localhost-files",
      "MLFLOW_BACKEND_STORE_URI",
      "\\\\nas\\mlruns",
      windows,
      'must not be a network path, which neither SQLite nor a volume can use; got "\\\\nas\\mlruns"; map the share to a drive and use that, such as "Z:/mlflow"',
    ],
    [
      "two slashes before a drive",
      "localhost-files",
      "MLFLOW_BACKEND_STORE_URI",
      "file://E:/x/mlruns",
      windows,
      'needs three slashes before a drive; got "file://E:/x/mlruns"; use "file:///E:/x/mlruns"',
    ],
    [
      "a folder of another name",
      "localhost-files",
      "MLFLOW_BACKEND_STORE_URI",
      "/srv/x",
      linux,
      place("mlruns", "/srv/x", "/srv/x/mlruns", "/srv/x"),
    ],
    [
      "the usual folder of a drive",
      "localhost-files",
      "MLFLOW_BACKEND_STORE_URI",
      "E:\\mlruns",
      windows,
      place("mlruns", "E:/mlruns", "E:/mlruns/mlruns", "E:/mlruns"),
    ],
    [
      "a database of another name",
      "localhost-database",
      "MLFLOW_BACKEND_STORE_URI",
      "sqlite:////srv/x/runs.db",
      linux,
      place("mlflow.db", "/srv/x/runs.db", "sqlite:////srv/x/mlflow.db", "/srv/x"),
    ],
    [
      "a database at the top of a drive",
      "localhost-database",
      "MLFLOW_BACKEND_STORE_URI",
      "sqlite:///E:/mlflow.db",
      windows,
      place("mlflow.db", "E:/mlflow.db", "sqlite:///E:/mlflow/mlflow.db", "E:/mlflow"),
    ],
  ])("%s", (_, topology, name, text, machine, problem) => {
    expect(refusal(topology, name, text, machine)).toBe(`${name}: ${problem}`);
  });

  test.each<[Topology, string, Machine]>([
    ["localhost-files", "/srv/x", linux],
    ["localhost-files", "/mlruns", linux],
    ["localhost-files", "E:\\mlruns", windows],
    ["localhost-files", "file://E:/x/mlruns", windows],
    ["localhost-database", "sqlite:////srv/x/runs.db", linux],
    ["localhost-database", "sqlite:////srv/x", linux],
    ["localhost-database", "sqlite:////mlflow.db", linux],
    ["localhost-database", "sqlite://mlflow.db", linux],
    ["localhost-database", "sqlite:///E:/mlflow.db", windows],
    ["localhost-database", "sqlite://E:/x/mlflow.db", windows],
  ])("and that one is taken: %s %s", (topology, text, machine) => {
    const message = refusal(topology, "MLFLOW_BACKEND_STORE_URI", text, machine);
    const use = /; use "([^"]+)"/.exec(message)?.[1] ?? "";
    expect(refusal(topology, "MLFLOW_BACKEND_STORE_URI", use, machine)).toBe("(accepted)");
  });
});

test("two variables must name the same folder", () => {
  const variables = {
    MLSTACK_DATA_DIRECTORY: "/srv/a",
    MLFLOW_BACKEND_STORE_URI: "/srv/b/mlruns",
    MLFLOW_ARTIFACTS_DESTINATION: "/srv/a/artifacts",
  };
  expect(messageOf(() => loadDeployment("localhost-files", variables, linux))).toBe(
    'MLFLOW_BACKEND_STORE_URI: must be in the same folder as MLSTACK_DATA_DIRECTORY says ("/srv/a"); got a place in "/srv/b"',
  );
});
