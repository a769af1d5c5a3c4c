import { expect, test } from "vitest";
import { stackCommand } from "../../stacks/stack/command-line.js";

const typed = (...words: Parameters<typeof stackCommand>) =>
  stackCommand(...words).replace(/^.* deploy /, "deploy ");

test("a command is typed with every flag that was given, and quoted", () => {
  const options = {
    out: "my lab",
    host: "ssh://me@box",
    topology: "localhost-files",
    name: "lab",
    state: "s3://bucket/key?region=a&endpoint=http://b",
    sshOption: ["A=1", "B=2"],
    set: ["MLFLOW_WORKERS=2"],
    port: "5001",
    // Of the verb itself, and no part of another one.
    check: true,
  };
  expect(typed("deploy", "home-lab", options)).toBe(
    "deploy home-lab --topology localhost-files --host ssh://me@box --ssh-option A=1 --ssh-option B=2 --port 5001 --out 'my lab' --name lab --state 's3://bucket/key?region=a&endpoint=http://b' --set MLFLOW_WORKERS=2",
  );
});

test("without any it is short, and further words come last", () => {
  expect(typed("deploy", "home-lab", {})).toBe("deploy home-lab");
  expect(typed("deploy", "home-lab", { out: "a" }, ["--new-volume", "x"])).toBe(
    "deploy home-lab --out a --new-volume x",
  );
});
