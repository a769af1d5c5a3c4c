import { expect, test } from "vitest";
import { proveInTime } from "../../stacks/aws/prove.js";
import { MlflowError } from "../../stacks/tools/mlflow-client.js";

const broken = (code: string) => Object.assign(new Error(`connect ${code}`), { code });
const answer = (status: number) => new MlflowError(status, `answered ${status}`);

/** A server that answers with these errors in turn, the last one for ever; none: it is well. */
async function proof(
  errors: readonly (Error | undefined)[],
  target: Parameters<typeof proveInTime>[0] = { shape: "managed", allowedCidrs: ["0.0.0.0/0"] },
) {
  let [time, asked] = [0, 0];
  const lines: string[] = [];
  const result = await proveInTime(target, {
    prove: () => {
      const error = errors[Math.min(asked++, errors.length - 1)];
      return error ? Promise.reject(error) : Promise.resolve();
    },
    report: (line) => lines.push(line),
    now: () => time,
    sleep: (milliseconds) => Promise.resolve((time += milliseconds)),
  });
  return { result, lines, asked, minutes: time / 60_000 };
}

test.each([502, 503, 504])("a load balancer that says %d is asked again", async (status) => {
  const { result, lines, asked } = await proof([answer(status), answer(status), undefined]);
  expect(result).toEqual({ kind: "proven" });
  expect(asked).toBe(3);
  expect(lines[0]).toBe(`waiting for the server, 0 of at most 5 minutes: answered ${status}`);
});

test.each(["ENOTFOUND", "EAI_AGAIN", "ECONNREFUSED", "ECONNRESET", "ETIMEDOUT"])(
  "%s may pass",
  async (code) => {
    expect((await proof([broken(code), undefined])).result).toEqual({ kind: "proven" });
  },
);

test("an instance is waited for as long as its first boot may take, a task less long", async () => {
  const ended = await proof([answer(503)], { shape: "host", allowedCidrs: [] });
  expect(ended.result).toEqual({ kind: "not-proven", problem: "answered 503" });
  expect(ended.minutes).toBe(15);
  expect((await proof([broken("ENOTFOUND")])).minutes).toBe(5);
});

test.each([answer(500), answer(403), new Error("the file came back otherwise")])(
  "what no waiting changes ends at once: %s",
  async (error) => {
    const { result, asked } = await proof([error]);
    expect(result).toEqual({ kind: "not-proven", problem: error.message });
    expect(asked).toBe(1);
  },
);

test("a password that was changed is no failure of the deploy", async () => {
  expect((await proof([answer(502), answer(401)])).result).toEqual({ kind: "password-changed" });
});

test("ranges that this machine is not in keep it out, as they shall", async () => {
  const office = { shape: "managed", allowedCidrs: ["203.0.113.0/24"] } as const;
  const { result, asked } = await proof([broken("ETIMEDOUT")], office);
  expect(result).toEqual({ kind: "inside" });
  expect(asked).toBe(1);
  expect((await proof([broken("ETIMEDOUT")])).result.kind).toBe("not-proven");
});
