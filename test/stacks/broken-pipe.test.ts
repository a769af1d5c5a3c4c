import { execa } from "execa";
import { EventEmitter } from "node:events";
import { describe, expect, test } from "vitest";
import { endWithoutReader } from "../../stacks/tools/broken-pipe.js";
import { builtCommand } from "./command.js";

const failure = (code: string) => Object.assign(new Error(`write ${code}`), { code });

function stream(goesOn: boolean) {
  const output = new EventEmitter();
  let ended = 0;
  endWithoutReader(
    [output],
    () => goesOn,
    () => ended++,
  );
  return { output, ended: () => ended };
}

describe("a reader that has gone", () => {
  test("ends what may be ended", () => {
    const { output, ended } = stream(false);
    output.emit("error", failure("EPIPE"));
    expect(ended()).toBe(1);
  });

  test("leaves what must not be left half done", () => {
    const { output, ended } = stream(true);
    output.emit("error", failure("EPIPE"));
    expect(ended()).toBe(0);
  });

  test("is the only failure that is passed over", () => {
    const { output, ended } = stream(true);
    expect(() => output.emit("error", failure("ENOSPC"))).toThrow("write ENOSPC");
    expect(ended()).toBe(0);
  });
});

const command = builtCommand();

test("the command ends without a word when nobody reads", async () => {
  // The other end of the pipe is closed before the first write.
  const script = '{ sleep 0.3; "$0" "$1" --help; echo "exit $?" >&2; } | true';
  const { stderr } = await execa("sh", ["-c", script, process.execPath, command.script()]);
  expect(stderr).toBe("exit 1");
});
