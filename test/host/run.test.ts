import { expect, test } from "vitest";
import { resolveDockerHost } from "../../constructs/docker/host.js";
import { runOnHost, shellOnHost } from "../../stacks/host/run.js";
import { fakeHost } from "./fake-host.js";

const fake = fakeHost();
const box = resolveDockerHost({ url: "ssh://me@box" });

test("docker's words and what it reads get there as they are", async () => {
  fake.become({ docker: { "run -i it's": "cat; echo problem >&2; exit 3" } });
  expect(await runOnHost(box, ["run", "-i", "it's"], { input: "secret\n" })).toEqual({
    exitCode: 3,
    stdout: "secret",
    stderr: "problem",
    code: undefined,
  });
  expect(
    await runOnHost(resolveDockerHost({}), ["run", "-i", "it's"], { input: "a" }),
  ).toMatchObject({
    exitCode: 3,
    stdout: "a",
  });
});

test("a script has its words in their places, there and here", async () => {
  fake.become({});
  for (const host of [box, resolveDockerHost({})]) {
    const ran = shellOnHost(host, 'echo "$1-$2"; cat', ["a b", "$HOME'"], { input: "in" });
    expect(await ran).toMatchObject({ exitCode: 0, stdout: "a b-$HOME'\nin" });
  }
  expect(shellOnHost(resolveDockerHost({ url: "tcp://box:2375" }), "exit 0")).toBeUndefined();
});

test("an ssh that leaves one behind for the next command does not keep this one", async () => {
  fake.become({ ssh: 'sleep 20 & for last; do :; done; sh -c "$last"' });
  const began = Date.now();
  expect(await shellOnHost(box, "echo done; exit 4")).toEqual({
    exitCode: 4,
    stdout: "done",
    stderr: "",
    code: undefined,
  });
  expect(Date.now() - began).toBeLessThan(10_000);
});

test("one that is told to end, or takes too long, does so", async () => {
  fake.become({ ssh: "sleep 20 & sleep 20" });
  const began = Date.now();
  const cancelSignal = AbortSignal.timeout(200);
  expect(await runOnHost(box, ["ps"], { cancelSignal })).toMatchObject({ exitCode: undefined });
  expect(await runOnHost(box, ["ps"], { timeout: 200 })).toMatchObject({ exitCode: undefined });
  expect(Date.now() - began).toBeLessThan(15_000);
});
